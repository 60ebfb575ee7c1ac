// The page of routes.test.ts: uses each of the relay's routes as a page would.

import { type CancelResult, openStream, type ServerSentEvent } from 'sluicegate'
import { textOf } from 'sluicegate/llm'

type Weather = 'drop' | 'stall' | 'slow' | 'clear'

const userId = 'page'
const isEnd = ({ type }: ServerSentEvent) => type === 'done'

async function get(path: string): Promise<unknown> {
  const response = await fetch(path)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  const isJson = response.headers.get('content-type') === 'application/json'
  return isJson ? response.json() : response.text()
}

async function post(path: string, body?: object): Promise<unknown> {
  const response = await fetch(path, {
    method: 'POST',
    ...(body && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  const text = await response.text()
  return text === '' ? response.status : JSON.parse(text)
}

/** Asks, and makes this weather after the third event. Slow weather clears after the sixth, or it would take minutes. */
async function chat(sessionId: string, prompt: string, weather?: Weather) {
  const stream = openStream('chat', {
    method: 'POST',
    body: { prompt, userId, sessionId },
    done: isEnd,
    retry: { initialDelay: 300 },
  })
  const events: ServerSentEvent[] = []
  /** What came of each change of the weather. */
  const changes: unknown[] = []
  const change = async (to: Weather) =>
    changes.push(await post('weather', { userId, sessionId, weather: to }))
  for await (const event of stream) {
    events.push(event)
    if (weather && events.length === 3) await change(weather)
    if (weather === 'slow' && events.length === 6) await change('clear')
  }
  const { type } = await stream.closed
  return { ...told(events), type, attempts: stream.stats.attempts, changes }
}

/** The events of a session that is over, after the one with this id. */
async function resume(sessionId: string, lastEventId: string) {
  const stream = openStream(`chat/${sessionId}?userId=${userId}`, { lastEventId, done: isEnd })
  const events: ServerSentEvent[] = []
  for await (const event of stream) events.push(event)
  return told(events)
}

/** Asks, and stops the answer after three events. */
async function stop(sessionId: string, prompt: string): Promise<CancelResult> {
  const stream = openStream('chat', {
    method: 'POST',
    body: { prompt, userId, sessionId },
    cancel: { url: 'chat/cancel', body: { userId, sessionId } },
  })
  for (let count = 0; count < 3; count++) await stream.next()
  return stream.cancel()
}

async function learn(name: string) {
  const url = `learn/sseChat?pace=1&name=${encodeURIComponent(name)}`
  const events: ServerSentEvent[] = []
  for await (const event of openStream(url, { retry: false })) events.push(event)
  return events.map(({ data, lastEventId }) => [data, lastEventId])
}

/** Asks as a chat bot's page does, acknowledges the message, and disconnects. */
async function bot(clientId: string, question: string) {
  const types: string[] = []
  const connection = openStream(`api/sse/connect/${clientId}`, {
    retry: false,
    onOpen: () => undefined,
    cancel: { url: `api/sse/disconnect/${clientId}` },
  })
  const first = await connection.next()
  if (!first.done) types.push(first.value.type)
  const asked = await post(`api/sse/chat/${clientId}`, { message: question })
  const { messageId } = asked as { messageId: string }
  let text = ''
  while (types.at(-1) !== 'messageEnd') {
    const { done, value } = await connection.next()
    if (done) throw new Error('the connection ended')
    types.push(value.type)
    const data = JSON.parse(value.data) as { messageId?: string; content?: string }
    if (value.type === 'messageFragment') text += data.content
    if (data.messageId !== undefined && data.messageId !== messageId) {
      throw new Error(`an event of another message: ${value.data}`)
    }
  }
  const acks = [
    await post(`api/sse/ack/${clientId}/${messageId}`),
    await post(`api/sse/ack/${clientId}/${messageId}`),
  ]
  const disconnected = await connection.cancel()
  return { types, text, acks, disconnected }
}

/** As `bot`, read as text by `sluicegate/llm`, while a heart beats. */
async function botText(clientId: string, question: string) {
  let heartbeats = 0
  const connection = openStream(`api/sse/connect/${clientId}`, { retry: false })
  const text = textOf(connection, ({ type, data }) => {
    if (type === 'heartbeat') heartbeats++
    if (type === 'systemMessage') {
      void post(`api/sse/chat/${clientId}`, { message: question })
    }
    if (type === 'messageEnd') return { isEnd: true }
    return type === 'messageFragment' ? (JSON.parse(data) as { content: string }).content : null
  })
  let answer = ''
  for await (const piece of text) answer += piece
  const gone = await post(`api/sse/disconnect/${clientId}`).catch(String)
  return { answer, heartbeats, gone }
}

/** What the events say: the text, their ids, and the types of those that are not tokens. */
function told(events: ServerSentEvent[]) {
  const tokens = events.filter(({ type }) => type === 'message')
  return {
    text: tokens.map(({ data }) => data).join(''),
    ids: events.map(({ lastEventId }) => Number(lastEventId)),
    types: events.map(({ type }) => type).filter((type) => type !== 'message'),
  }
}

Object.assign(globalThis, { get, chat, resume, stop, learn, bot, botText })
