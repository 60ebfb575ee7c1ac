import './without-eval'
import { DefaultChatTransport } from 'ai'
import type { Implementation } from '../implementation'

/** What is below the AI SDK's `useChat`. */
export default [
  {
    name: 'ai DefaultChatTransport',
    kind: 'peer',
    async readText(response) {
      const transport = new DefaultChatTransport({ fetch: async () => response })
      const stream = await transport.sendMessages({
        chatId: '0',
        messages: [],
        trigger: 'submit-message',
        messageId: undefined,
        abortSignal: undefined,
      })
      let text = ''
      const reader = stream.getReader()
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        if (read.value.type === 'text-delta') text += read.value.delta
      }
      return text
    },
    texts: ['ai-sdk'],
  },
] satisfies Implementation[]
