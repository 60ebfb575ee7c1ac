// The page of use-chat.test.ts: a chat by the AI SDK's own hooks, `?framework=react&transport=default`. It keeps the
// conversation as an app's backend would: what was asked, and answers once they are whole.

import { useChat } from '@ai-sdk/react'
import { Chat } from '@ai-sdk/vue'
import { DefaultChatTransport } from 'ai-7'
import { createElement, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { SluicegateChatTransport } from 'sluicegate/ai-sdk'
import { createApp, h } from 'vue'

/** A chat as both frameworks have it. */
interface Conversation {
  readonly messages: Message[]
  readonly status: string
  readonly error: Error | undefined
  sendMessage(message: { text: string }): Promise<void>
  resumeStream(): Promise<void>
}

interface Message {
  id: string
  role: 'system' | 'user' | 'assistant'
  parts: { type: string; text?: string }[]
}

/** How a chat gets to the relay. */
interface Way {
  transport: { reconnectToStream(options: never): Promise<unknown> }
  /** What the page's Stop button does. Resolves to whether the relay has stopped the answer. */
  stop(chatId: string): Promise<boolean>
}

const sluicegate = new SluicegateChatTransport()

const WAYS: Record<string, Way> = {
  default: {
    // As the hooks make it where they have none.
    transport: new DefaultChatTransport(),
    async stop(chatId) {
      const response = await fetch(`/api/chat/${chatId}/stop`, { method: 'POST' })
      return (await response.json()).cancelled
    },
  },
  sluicegate: {
    transport: sluicegate,
    stop: async (chatId) => (await sluicegate.cancel(chatId)).status === 200,
  },
}

const parameters = new URLSearchParams(location.search)
const id = parameters.get('chat')!
const way = WAYS[parameters.get('transport') ?? 'default']!

/** Whether the hook has looked for an answer that runs already. */
let hasLooked = false
const reconnect = way.transport.reconnectToStream
way.transport.reconnectToStream = (options) =>
  reconnect.call(way.transport, options).finally(() => (hasLooked = true))

const kept = () => JSON.parse(sessionStorage[id] ?? '[]') as Message[]
const options = {
  id,
  messages: kept() as never[],
  transport: way.transport as never,
  // An answer that broke off has none: WebKit takes a connection that broke for the answer's end.
  onFinish({ messages, finishReason }: { messages: unknown[]; finishReason?: string }) {
    if (finishReason) sessionStorage[id] = JSON.stringify(messages)
  },
}

/** Each text that the answer had, one after the other. */
const seen: string[] = []

let conversation: Conversation

function textOf(type: string): string {
  const parts = conversation.messages.filter(({ role }) => role === 'assistant').at(-1)?.parts
  const texts = parts?.filter((part) => part.type === type).map(({ text }) => text)
  return texts?.join('') ?? ''
}

function rendered(): void {
  const text = textOf('text')
  if (text !== seen.at(-1)) seen.push(text)
  const { messages } = conversation
  // The answer may have begun by now.
  const asked = messages.slice(0, messages.findLastIndex(({ role }) => role === 'user') + 1)
  if (asked.length > kept().length) sessionStorage[id] = JSON.stringify(asked)
}

Object.assign(window, {
  async ask(text: string) {
    seen.length = 0
    void conversation.sendMessage({ text })
  },
  stop: () => way.stop(id),
  async state() {
    const { status, error, messages } = conversation
    const types = messages.at(-1)?.parts.map(({ type }) => type)
    const said = { text: textOf('text'), reasoning: textOf('reasoning'), parts: types, seen }
    return { ...said, status, error: error?.message, messages: messages.length, hasLooked }
  },
})

const root = document.body.appendChild(document.createElement('main'))

if (parameters.get('framework') === 'react') {
  createRoot(root).render(
    createElement(function App() {
      const chat = useChat({ ...options, resume: true })
      conversation = chat as unknown as Conversation
      useEffect(rendered)
      return createElement('pre', null, textOf('text'))
    }),
  )
} else {
  conversation = new Chat(options) as unknown as Conversation
  createApp({
    mounted: () => void conversation.resumeStream(),
    updated: rendered,
    render: () => h('pre', `${conversation.status} ${textOf('text')}`),
  }).mount(root)
}
