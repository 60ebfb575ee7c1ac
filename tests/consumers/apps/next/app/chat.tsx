'use client'

import { useState } from 'react'
import { useEventStream } from 'sluicegate/react'

export function Chat(urls: { chat: string; cancel: string }) {
  const [outcome, setOutcome] = useState('')
  const { text, cancel } = useEventStream(urls.chat, {
    method: 'POST',
    body: { prompt: 'Hello' },
    cancel: { url: urls.cancel },
  })
  const stop = async () => setOutcome(JSON.stringify(await cancel()))
  return (
    <>
      <output>{text}</output>
      <button onClick={stop}>Stop</button>
      <output>{outcome}</output>
    </>
  )
}
