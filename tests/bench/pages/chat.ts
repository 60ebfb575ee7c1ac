// The page of the bench `chat`: a model's answer as the AI SDK's UI message stream, rendered by React or only read.

import { useChat } from '@ai-sdk/react'
import { type ChatTransport, DefaultChatTransport, type UIMessage } from 'ai-7'
import { createElement, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { preload } from 'sluicegate'
import { SluicegateChatTransport } from 'sluicegate/ai-sdk'
import { textReader } from 'sluicegate/llm'
import { useEventStream } from 'sluicegate/react'
import { cut } from '../../../www/bench/corpora'
import { responseOf } from '../../../www/bench/implementation'
import { buildText } from '../../../www/bench/texts'

interface Options {
  api?: string
  fetch?: typeof fetch
}

const TRANSPORTS = {
  // In this workspace, its types are those of `ai` 6.
  sluicegate: (options: Options) =>
    new SluicegateChatTransport(options) as unknown as ChatTransport<UIMessage>,
  'ai DefaultChatTransport': (options: Options): ChatTransport<UIMessage> =>
    new DefaultChatTransport(options),
}

type Transport = keyof typeof TRANSPORTS

/** Milliseconds for so many parts in memory, through a transport and no further. */
async function read(name: Transport, events: number): Promise<number> {
  const chunks = cut(buildText('ai-sdk', events), 16_384)
  const transport = TRANSPORTS[name]({ fetch: async () => responseOf(chunks) })
  const start = performance.now()
  const stream = await transport.sendMessages({
    chatId: '0',
    messages: [],
    trigger: 'submit-message',
    messageId: undefined,
    abortSignal: undefined,
  })
  const reader = stream.getReader()
  let count = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (part.value.type === 'text-delta') count++
  }
  const milliseconds = performance.now() - start
  if (count !== events) throw new Error(`${name} read ${count} parts, not ${events}`)
  return milliseconds
}

/** Called with each text that is there after a rendering, and whether it is the last. */
type Rendered = (text: string, isOver: boolean) => void

interface Props {
  url: string
  rendered: Rendered
}

const chatBy =
  (name: Transport) =>
  ({ url, rendered }: Props) => {
    const { messages, status, error, sendMessage } = useChat({
      transport: TRANSPORTS[name]({ api: url }),
    })
    if (error) throw error
    const answer = messages.at(-1)
    const parts = answer?.role === 'assistant' ? answer.parts : []
    const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
    useEffect(() => void sendMessage({ text: 'Hi' }), [])
    useEffect(() => rendered(text, text !== '' && status === 'ready'))
    return createElement('pre', null, text)
  }

const reader = textReader('ai-sdk')

const APPS = {
  sluicegate: chatBy('sluicegate'),
  'ai DefaultChatTransport': chatBy('ai DefaultChatTransport'),
  'useEventStream + textReader': ({ url, rendered }: Props) => {
    const { text, status, error } = useEventStream(url, { method: 'POST', body: {}, text: reader })
    if (error) throw error
    useEffect(() => rendered(text, status === 'done'))
    return createElement('pre', null, text)
  },
}

/** Renders an answer as it comes. Returns its text, and how often it was rendered. */
async function render(name: keyof typeof APPS, url: string) {
  const element = document.body.appendChild(document.createElement('main'))
  let renderings = 0
  let root: ReturnType<typeof createRoot> | undefined
  const text = await new Promise<string>((resolve, reject) => {
    root = createRoot(element, { onUncaughtError: reject })
    const rendered: Rendered = (text, isOver) => {
      renderings++
      if (isOver) resolve(text)
    }
    root.render(createElement(APPS[name], { url, rendered }))
  })
  const shown = element.textContent
  root!.unmount()
  element.remove()
  if (shown !== text) throw new Error(`${name} shows ${shown?.length} of ${text.length} characters`)
  return { text, renderings }
}

export interface ChatBench {
  transports: Transport[]
  apps: (keyof typeof APPS)[]
  read: typeof read
  render: typeof render
}

await preload()
Object.assign(globalThis, {
  chatBench: {
    transports: Object.keys(TRANSPORTS),
    apps: Object.keys(APPS),
    read,
    render,
  } as ChatBench,
})
