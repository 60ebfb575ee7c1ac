import {
  convertToModelMessages,
  isStepCount,
  JsonToSseTransformStream,
  streamText,
  toUIMessageStream,
  type UIMessage,
} from 'ai'
import { answerOf, sendAnswer, stopSignal } from '@/lib/answers'
import { readChat, saveChat } from '@/lib/chats'
import { createModel, tools } from '@/lib/model'
import { beginWork } from '@/lib/work'

interface Body {
  /** The chat. */
  id: string
  message: UIMessage
  /** The page's name for the answer. */
  answer: string
}

/** Answers a message. An abort of the request is a disconnect: it stops nothing. */
export async function POST(request: Request) {
  const { id, message, answer: name }: Body = await request.json()
  const answer = answerOf(id, name)
  const messages = [...(await readChat(id)).messages, message]
  await saveChat(id, { messages, answer: name })
  await beginWork(id)
  const { stream } = streamText({
    model: createModel(id),
    messages: await convertToModelMessages(messages),
    tools,
    stopWhen: isStepCount(2),
    abortSignal: await stopSignal(answer),
  })
  const parts = toUIMessageStream({
    stream,
    originalMessages: messages,
    generateMessageId: () => name,
    onEnd: ({ messages }) => saveChat(id, { messages }),
  })
  return sendAnswer(answer, parts.pipeThrough(new JsonToSseTransformStream()))
}
