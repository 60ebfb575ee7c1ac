// The clients of chat frameworks: the AI SDK's transport, AG-UI's agent, TanStack AI's processor.

import { HttpAgent, type RunFinishedEvent } from '@ag-ui/client'
import { fetchServerSentEvents, StreamProcessor } from '@tanstack/ai-client'
import {
  DefaultChatTransport,
  getToolName,
  isToolUIPart,
  readUIMessageStream,
  type UIMessage,
} from 'ai'
import { type Client, joined, nothing, respond } from './common.js'

interface Metadata {
  usage?: { inputTokens?: number; outputTokens?: number }
}

/** What TanStack AI's client makes of a `RUN_FINISHED`. */
interface Finished {
  metadata?: { tanstack: { finishReason: string } }
  usage?: { promptTokens?: number; completionTokens?: number }
}

export const aiSdk: Client = async (transcript) => {
  const transport = new DefaultChatTransport<UIMessage<Metadata>>({
    api: 'http://localhost/',
    fetch: respond(transcript),
  })
  const chunks = await transport.sendMessages({
    trigger: 'submit-message',
    chatId: 'c',
    messageId: undefined,
    messages: [],
    abortSignal: undefined,
  })
  const [stream, copy] = chunks.tee()
  const answer = nothing()
  const finishing = (async () => {
    for await (const chunk of copy) {
      // Their client doesn't have what a `finish` without a reason means.
      if (chunk.type === 'finish') answer.finishReason = chunk.finishReason ?? 'stop'
      if (chunk.type === 'abort') answer.finishReason = 'abort'
      if (chunk.type === 'error') throw new Error(chunk.errorText)
    }
  })()
  let message: UIMessage<Metadata> | undefined
  const messages = readUIMessageStream<UIMessage<Metadata>>({ stream, terminateOnError: true })
  const reading = (async () => {
    for await (const one of messages) message = one
  })()
  const failed = (await Promise.allSettled([finishing, reading])).find(
    (result) => result.status === 'rejected',
  )
  if (failed) throw failed.reason
  const { parts = [], metadata } = message ?? {}
  answer.text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
  answer.reasoning = joined(parts.map((part) => (part.type === 'reasoning' ? part.text : '')))
  answer.toolCalls = parts.filter(isToolUIPart).map((part) => ({
    id: part.toolCallId,
    name: getToolName(part),
    arguments: part.input ?? (part as { rawInput?: unknown }).rawInput ?? {},
  }))
  answer.inputTokens = metadata?.usage?.inputTokens
  answer.outputTokens = metadata?.usage?.outputTokens
  return answer
}

export const agUi: Client = async (transcript) => {
  const agent = new HttpAgent({
    url: 'http://localhost/',
    fetch: async () => respond(transcript)('http://localhost/'),
  })
  let last: RunFinishedEvent | undefined
  let failure: Error | undefined
  const { newMessages } = await agent.runAgent(
    {},
    {
      onRunFinishedEvent: ({ event }) => void (last = event),
      onRunErrorEvent: ({ event }) => void (failure = new Error(event.message)),
    },
  )
  if (failure) throw failure
  const sum = (counts: (number | undefined)[] = []) =>
    counts.some((count) => count !== undefined)
      ? counts.reduce<number>((total, count) => total + (count ?? 0), 0)
      : undefined
  const of = (role: string) =>
    newMessages.map((message) => (message.role === role ? (message.content as string) : ''))
  return {
    text: of('assistant').join(''),
    reasoning: joined(of('reasoning')),
    finishReason: last && (last.outcome?.type ?? 'stop'),
    toolCalls: newMessages.flatMap((message) =>
      message.role === 'assistant'
        ? (message.toolCalls ?? []).map(({ id, function: call }) => ({
            id,
            name: call.name,
            arguments: JSON.parse(call.arguments || '{}'),
          }))
        : [],
    ),
    inputTokens: sum(last?.usage?.map((usage) => usage.inputTokens)),
    outputTokens: sum(last?.usage?.map((usage) => usage.outputTokens)),
  }
}

export const tanstack: Client = async (transcript) => {
  const connection = fetchServerSentEvents('http://localhost/', {
    fetchClient: respond(transcript),
  })
  const answer = nothing()
  async function* watched() {
    for await (const chunk of connection.connect([])) {
      if (chunk.type === 'RUN_ERROR') throw new Error(chunk.message)
      const { metadata, usage } = chunk as Finished
      // At the end of the response their client adds another one, without figures.
      if (chunk.type === 'RUN_FINISHED' && metadata && usage) {
        answer.finishReason = metadata.tanstack.finishReason
        answer.inputTokens = usage?.promptTokens
        answer.outputTokens = usage?.completionTokens
      }
      yield chunk
    }
  }
  const result = await new StreamProcessor().process(watched())
  answer.text = result.content
  answer.reasoning = joined([result.thinking])
  answer.toolCalls = (result.toolCalls ?? []).map(({ id, function: call }) => ({
    id,
    name: call.name,
    arguments: JSON.parse(call.arguments || '{}'),
  }))
  return answer
}
