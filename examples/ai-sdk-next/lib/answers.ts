import { UI_MESSAGE_STREAM_HEADERS } from 'ai'
import { after } from 'next/server'
import { createResumableStreamContext } from 'resumable-stream/redis'
import { readChat } from './chats'
import { redis, subscriber } from './redis'

/** How long an answer that is over can be replayed, and how long a Stop waits for its answer, in seconds. */
const KEPT = 600

/** An answer's name is its page's; other chats cannot get at it. */
export function answerOf(chat: string, name: string): string {
  return `${chat}/${name}`
}

/** Resolves to the answer that a request names by `?answer=`, or else to the chat's answer under way. */
export async function findAnswer(request: Request, chat: string): Promise<string | undefined> {
  const name = new URL(request.url).searchParams.get('answer') ?? (await readChat(chat)).answer
  return name === undefined ? undefined : answerOf(chat, name)
}

async function streams() {
  const clients = { publisher: await redis(), subscriber: await subscriber() }
  return createResumableStreamContext({ waitUntil: after, ...clients })
}

/** Resolves to a signal that `stopAnswer()` aborts, whichever process it is called in. */
export async function stopSignal(answer: string): Promise<AbortSignal> {
  const controller = new AbortController()
  const stop = () => controller.abort(new Error('stopped by the user'))
  await (await subscriber()).subscribe(`stop:${answer}`, stop)
  // The user may have been faster than the request.
  if (await (await redis()).exists(`stop:${answer}`)) stop()
  return controller.signal
}

/** Stops an answer. Resolves to whether it was under way; if it begins later, it is stopped then. */
export async function stopAnswer(answer: string): Promise<boolean> {
  const client = await redis()
  await client.set(`stop:${answer}`, '', { expiration: { type: 'EX', value: KEPT } })
  return (await client.publish(`stop:${answer}`, '')) > 0
}

/** Sends an answer that others can go on with. It is read to its end, whether or not the page still listens. */
export async function sendAnswer(answer: string, stream: ReadableStream<string>) {
  const kept = stream.pipeThrough(keeping(answer))
  const sent = await (await streams()).createNewResumableStream(answer, () => kept)
  return respond(sent)
}

/** Sends an answer from its start, also if it has ended meanwhile. 204: there is no such answer. */
export async function resumeAnswer(answer: string): Promise<Response> {
  const running = await (await streams()).resumeExistingStream(answer)
  return respond(running ?? (await (await redis()).get(`answer:${answer}`)))
}

/** resumable-stream forgets an answer at its end, and connections break there, too. */
function keeping(answer: string): TransformStream<string, string> {
  let text = ''
  return new TransformStream({
    transform(chunk, controller) {
      text += chunk
      controller.enqueue(chunk)
    },
    async flush() {
      const expiration = { type: 'EX', value: KEPT } as const
      await (await redis()).set(`answer:${answer}`, text, { expiration })
      await (await subscriber()).unsubscribe(`stop:${answer}`)
    },
  })
}

function respond(body: ReadableStream<string> | string | null): Response {
  if (body === null) return new Response(null, { status: 204 })
  const bytes = typeof body === 'string' ? body : body.pipeThrough(new TextEncoderStream())
  return new Response(bytes, { headers: UI_MESSAGE_STREAM_HEADERS })
}
