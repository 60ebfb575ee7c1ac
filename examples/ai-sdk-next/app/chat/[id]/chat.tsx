'use client'

import { useChat } from '@ai-sdk/react'
import { generateId, type UIMessage } from 'ai'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { SluicegateChatTransport } from 'sluicegate/ai-sdk'
import type { SavedChat } from '@/lib/chats'

/** `running`: the answer that was under way when the page was loaded. */
function createTransport(running: string | undefined) {
  // The page names each answer, so that it can ask for it again, and stop it, at any time.
  let answer = running
  const pathOf = (id: string, route: string) =>
    `/api/chat/${encodeURIComponent(id)}/${route}${answer === undefined ? '' : `?answer=${answer}`}`
  return new SluicegateChatTransport<UIMessage>({
    prepareSendMessagesRequest({ id, messages }) {
      answer = generateId()
      return { body: { id, message: messages.at(-1), answer } }
    },
    prepareReconnectToStreamRequest: ({ id }) => ({ api: pathOf(id, 'stream') }),
    cancel: { url: ({ job }) => pathOf(job!, 'stop') },
    retry: { maxAttempts: 5, initialDelay: 250 },
  })
}

export function Chat({ id, saved }: { id: string; saved: SavedChat }) {
  const [transport] = useState(() => createTransport(saved.answer))
  const [log, setLog] = useState<string[]>([])
  const say = (line: string) => setLog((lines) => [...lines, line])

  const { messages, sendMessage, status } = useChat({
    id,
    messages: saved.messages,
    resume: saved.answer !== undefined,
    transport,
    onError: (error) => say(`onError: ${error}`),
    onFinish: ({ isAbort, isDisconnect, isError }) =>
      say(`onFinish: ${JSON.stringify({ isAbort, isDisconnect, isError })}`),
  })

  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])

  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = String(new FormData(event.currentTarget).get('prompt'))
    void sendMessage({ text })
  }
  const stop = async () => say(`cancel: ${JSON.stringify(await transport.cancel(id))}`)

  return (
    <main>
      <form onSubmit={ask}>
        <input
          ref={field}
          name="prompt"
          aria-label="Prompt"
          defaultValue="Write 300 words, one every 50 ms."
        />
        <button disabled={status !== 'ready' && status !== 'error'}>Ask</button>
        <button
          type="button"
          disabled={status !== 'submitted' && status !== 'streaming'}
          onClick={stop}
        >
          Stop
        </button>
      </form>
      {messages.map((message) => (
        <article key={message.id} data-role={message.role}>
          {message.parts.map((part, i) => (
            <Part key={i} part={part} />
          ))}
        </article>
      ))}
      <p role="status">{status}</p>
      <ol>
        {log.map((line, i) => (
          <li key={i}>{line}</li>
        ))}
      </ol>
    </main>
  )
}

function Part({ part }: { part: UIMessage['parts'][number] }) {
  if (part.type === 'text') return <p>{part.text}</p>
  if (part.type === 'reasoning') return <blockquote>{part.text}</blockquote>
  return <pre>{JSON.stringify(part)}</pre>
}
