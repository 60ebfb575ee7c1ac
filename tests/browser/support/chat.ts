/** A chat of the AI SDK without a framework, and what it sees. */

import * as ai6 from 'ai'
import type { ChatInit, ChatState, UIMessage, UIMessageChunk } from 'ai'
import * as ai7 from 'ai-7'

/** What is used of the SDK. */
type Sdk = Pick<typeof ai6, 'AbstractChat' | 'DefaultChatTransport'>

/** The versions of the SDK that the transport is for. */
export const SDKS: Record<string, Sdk> = { 'ai 6': ai6, 'ai 7': ai7 as unknown as Sdk }

class State implements ChatState<UIMessage> {
  status: ChatState<UIMessage>['status'] = 'ready'
  error: Error | undefined = undefined
  messages: UIMessage[] = []

  pushMessage = (message: UIMessage) => {
    this.messages = [...this.messages, message]
  }
  popMessage = () => {
    this.messages = this.messages.slice(0, -1)
  }
  replaceMessage = (index: number, message: UIMessage) => {
    this.messages = this.messages.with(index, structuredClone(message))
  }
  snapshot = <T>(value: T): T => structuredClone(value)
}

/** How an answer ended, by the SDK's own `onFinish`. */
export interface Finish {
  isAbort: boolean
  isDisconnect: boolean
  isError: boolean
}

/** The class of chats of a version of the SDK. */
export function testChatOf({ AbstractChat }: Sdk) {
  return class TestChat extends AbstractChat<UIMessage> {
    readonly finishes: Finish[]
    readonly errors: Error[]

    constructor(init: Pick<ChatInit<UIMessage>, 'id' | 'transport'>) {
      const finishes: Finish[] = []
      const errors: Error[] = []
      super({
        ...init,
        state: new State(),
        onError: (error) => errors.push(error),
        onFinish: ({ isAbort, isDisconnect, isError }) => {
          finishes.push({ isAbort, isDisconnect, isError })
        },
      })
      this.finishes = finishes
      this.errors = errors
    }

    /** The text of the answer. */
    get answer(): string {
      const parts = this.lastMessage?.role === 'assistant' ? this.lastMessage.parts : []
      return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
    }
  }
}

/** The bytes of an answer in the SDK's UI message stream, with all kinds of parts. */
export function answerOf(pieces: string[]): { parts: UIMessageChunk[]; bytes: string } {
  const parts: UIMessageChunk[] = [
    { type: 'start', messageId: 'm1' },
    { type: 'start-step' },
    { type: 'reasoning-start', id: 'r' },
    { type: 'reasoning-delta', id: 'r', delta: 'żółw' },
    { type: 'reasoning-end', id: 'r' },
    { type: 'tool-input-start', toolCallId: 'c', toolName: 'weather' },
    { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"city":' },
    { type: 'tool-input-available', toolCallId: 'c', toolName: 'weather', input: { city: 'x' } },
    { type: 'tool-output-available', toolCallId: 'c', output: [1] },
    { type: 'source-url', sourceId: 's', url: 'https://example.org' },
    { type: 'data-note', id: 'd', data: { n: 1 } },
    { type: 'text-start', id: 't' },
    ...pieces.map((delta) => ({ type: 'text-delta', id: 't', delta }) as const),
    { type: 'text-end', id: 't' },
    { type: 'finish-step' },
    { type: 'finish', finishReason: 'stop' },
  ]
  return { parts, bytes: `: stream-open\n\n${bytesOf(parts)}data: [DONE]\n\n` }
}

export function bytesOf(parts: readonly object[]): string {
  return parts.map((part) => `data: ${JSON.stringify(part)}\n\n`).join('')
}
