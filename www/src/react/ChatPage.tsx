import { useEffect, useRef, useState } from 'react'
import type { Chat } from '../chat/chat'
import { rest } from '../chat/prompt'
import { $words } from '../site/settings'
import { ConversationList } from './ConversationList'
import { ConversationTurns } from './ConversationTurns'
import { PromptBox } from './PromptBox'
import { RelayChoice } from './RelayChoice'
import { SiteHeader } from './SiteHeader'
import { StreamPanel } from './StreamPanel'
import { useStickToEnd } from './useStickToEnd'
import { useStore } from './useStore'
import { WelcomeNote } from './WelcomeNote'

export function ChatPage({ chat }: { chat: Chat }) {
  const words = useStore($words)
  const turns = useStore(chat.$turns)
  const running = useStore(chat.$running)
  const conversation = useStore(chat.$conversation)
  const latest = turns.at(-1)
  const [draft, setDraft] = useState('')
  const log = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const { away, toEnd } = useStickToEnd(log, list)

  const send = (prompt: string) => {
    if (!chat.ask(prompt)) return
    setDraft('')
    toEnd()
    rest(field.current)
  }
  const stop = () => {
    void chat.stop()
    rest(field.current)
  }
  const retry = () => {
    chat.retry()
    toEnd()
    rest(field.current)
  }

  useEffect(() => {
    rest(field.current)
    performance.mark('interactive')
  }, [])
  useEffect(() => {
    const onKeydown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing || !chat.$running.get()) return
      void chat.stop()
      rest(field.current)
    }
    document.addEventListener('keydown', onKeydown)
    return () => document.removeEventListener('keydown', onKeydown)
  }, [chat])

  return (
    <>
      <SiteHeader page="react" />
      <ConversationList open={conversation} />
      <main className="talk">
        <h1 className="unseen">{words.reactChat}</h1>
        <RelayChoice />
        <div
          ref={log}
          className="log"
          role="log"
          aria-live="off"
          aria-label={words.conversation}
          tabIndex={0}
        >
          <div ref={list} className="turns">
            {turns.length === 0 && <WelcomeNote onPick={send} />}
            <ConversationTurns key={conversation} chat={chat} onRetry={retry} />
          </div>
        </div>
        {away && (
          <button type="button" className="to-end" onClick={toEnd}>
            {words.toEnd}
          </button>
        )}
        <PromptBox
          field={field}
          draft={draft}
          running={running}
          onDraft={setDraft}
          onSend={() => send(draft)}
          onStop={stop}
        />
      </main>
      <StreamPanel chat={chat} answer={latest?.answer} />
    </>
  )
}
