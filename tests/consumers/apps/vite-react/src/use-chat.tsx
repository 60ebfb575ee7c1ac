import { useChat } from '@ai-sdk/react'
import { useState } from 'react'
import { SluicegateChatTransport } from 'sluicegate/ai-sdk'

export function UseChat({ api }: { api: string }) {
  const [outcome, setOutcome] = useState('')
  const [transport] = useState(() => new SluicegateChatTransport({ api }))
  const { id, messages, sendMessage } = useChat({ transport })
  const stop = async () => setOutcome(JSON.stringify(await transport.cancel(id)))
  const answer = messages.at(-1)
  const texts = answer?.parts.map((part) => (part.type === 'text' ? part.text : ''))
  return (
    <>
      <output>{answer?.role === 'assistant' && texts}</output>
      <button onClick={stop}>Stop</button>
      <output>{outcome}</output>
      <button onClick={() => sendMessage({ text: 'Hello' })}>Ask</button>
    </>
  )
}
