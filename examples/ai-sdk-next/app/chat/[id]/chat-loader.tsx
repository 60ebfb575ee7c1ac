'use client'

import { useEffect, useState } from 'react'
import type { SavedChat } from '@/lib/chats'
import { Chat } from './chat'

/** Loads a chat each time it is shown: what a server component was rendered with may be old after "Back". */
export function ChatLoader({ id }: { id: string }) {
  const [saved, setSaved] = useState<SavedChat | Error>()

  useEffect(() => {
    const leaving = new AbortController()
    const load = async () => {
      const response = await fetch(`/api/chat/${encodeURIComponent(id)}`, {
        signal: leaving.signal,
      })
      if (!response.ok) throw new Error(`The chat was not loaded: ${response.status}`)
      return (await response.json()) as SavedChat
    }
    load().then(setSaved, (error: Error) => leaving.signal.aborted || setSaved(error))
    return () => leaving.abort()
  }, [id])

  if (saved === undefined) return <p>Loading…</p>
  return saved instanceof Error ? <p>{saved.message}</p> : <Chat id={id} saved={saved} />
}
