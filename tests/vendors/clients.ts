/** The vendors' own clients, each read, resumed and cancelled in its own way. */

import * as cozePackage from '@coze/api'
import { GoogleGenAI } from '@google/genai'
import { Client as LangGraph } from '@langchain/langgraph-sdk'
import { DefaultChatTransport, type UIMessage, type UIMessageChunk } from 'ai'
import { ChatClient } from 'dify-client'
import OpenAI from 'openai'
import type { BackendName } from './backends/index.js'

/** What a client has seen of an answer so far. */
export interface Seen {
  text: string
  /** How many events there were. */
  events: number
  /** What cancels and resumes it. */
  job: string | undefined
  /** From where it can be resumed. */
  cursor: string | undefined
  /** Whether it came to its end, by the vendor's own sign. */
  isWhole: boolean
}

/** Called after each event; `false` leaves the answer. */
export type Watch = (seen: Seen) => unknown

export interface VendorClient {
  read(watch?: Watch): Promise<Seen>
  /** Goes on with an answer of which this was seen. Undefined where the vendor can't. */
  resume?(seen: Seen, watch?: Watch): Promise<Seen>
  cancel(seen: Seen): Promise<unknown>
}

const PROMPT = 'What is a sluice gate?'

const nothing = (): Seen => ({
  text: '',
  events: 0,
  job: undefined,
  cursor: undefined,
  isWhole: false,
})

/** Reads a client's stream: `note` writes down what an event says. */
async function follow<Event>(
  stream: AsyncIterable<Event>,
  note: (event: Event, seen: Seen) => void,
  watch: Watch = () => undefined,
  seen = nothing(),
): Promise<Seen> {
  for await (const event of stream) {
    note(event, seen)
    seen.events++
    if (watch({ ...seen }) === false) break
  }
  return seen
}

const openaiAt = (base: string, headers = {}) =>
  new OpenAI({ apiKey: 'none', baseURL: `${base}/v1`, maxRetries: 0, defaultHeaders: headers })

function responses(base: string): VendorClient {
  const client = openaiAt(base)
  const note = (event: OpenAI.Responses.ResponseStreamEvent, seen: Seen) => {
    if ('sequence_number' in event) seen.cursor = String(event.sequence_number)
    if (event.type === 'response.created') seen.job = event.response.id
    if (event.type === 'response.output_text.delta') seen.text += event.delta
    if (event.type === 'response.completed') {
      if (event.response.output_text !== undefined && event.response.output_text !== seen.text) {
        throw new Error('the deltas are not the text')
      }
      seen.isWhole = true
    }
  }
  return {
    read: async (watch) => {
      const request = { model: 'm', input: PROMPT, background: true, stream: true } as const
      return follow(await client.responses.create(request), note, watch)
    },
    resume: async (seen, watch) => {
      const query = { stream: true, starting_after: Number(seen.cursor) } as const
      return follow(await client.responses.retrieve(seen.job!, query), note, watch, { ...seen })
    },
    cancel: async ({ job }) => (await client.responses.cancel(job!)).status,
  }
}

function gemini(base: string): VendorClient {
  const { interactions } = new GoogleGenAI({
    apiKey: 'none',
    httpOptions: { baseUrl: base, retryOptions: { attempts: 1 } },
  })
  type Stream = Awaited<ReturnType<typeof create>>
  type Event = Stream extends AsyncIterable<infer E> ? E : never
  const create = () =>
    interactions.create({ model: 'm', input: PROMPT, background: true, stream: true })
  const note = (event: Event, seen: Seen) => {
    seen.cursor = event.event_id
    if (event.event_type === 'interaction.created') seen.job = event.interaction.id
    if (event.event_type === 'step.delta' && event.delta.type === 'text') {
      seen.text += event.delta.text
    }
    if (event.event_type === 'interaction.completed') seen.isWhole = true
  }
  return {
    read: async (watch) => follow(await create(), note, watch),
    resume: async (seen, watch) => {
      const options = { stream: true, last_event_id: seen.cursor! } as const
      return follow(await interactions.get(seen.job!, options), note, watch, { ...seen })
    },
    cancel: async ({ job }) => (await interactions.cancel(job!)).status,
  }
}

function langGraph(base: string): VendorClient {
  const client = new LangGraph({ apiUrl: base, callerOptions: { maxRetries: 0 } })
  interface Event {
    id?: string | undefined
    event: string
    data: unknown
  }
  const note = ({ id, event, data }: Event, seen: Seen) => {
    seen.cursor = id
    if (event === 'messages') seen.text += (data as [{ content: string }])[0].content
  }
  // No event says that it is the last one. Nor does it close a connection that it reads no more.
  const finish = async (read: (signal: AbortSignal) => Promise<Seen>) => {
    const leave = new AbortController()
    const seen = await read(leave.signal)
    leave.abort()
    return { ...seen, isWhole: true }
  }
  return {
    async read(watch) {
      const { thread_id } = await client.threads.create()
      const seen = nothing()
      return finish((signal) => {
        const stream = client.runs.stream(thread_id, 'agent', {
          input: { messages: [{ role: 'user', content: PROMPT }] },
          streamMode: 'messages-tuple',
          streamResumable: true,
          onRunCreated: ({ run_id }) => (seen.job = `${thread_id}/${run_id}`),
          signal,
        })
        return follow(stream as AsyncIterable<Event>, note, watch, seen)
      })
    },
    async resume(seen, watch) {
      const [thread = '', run = ''] = seen.job!.split('/')
      return finish((signal) => {
        const options = { lastEventId: seen.cursor!, signal }
        const stream = client.runs.joinStream(thread, run, options)
        return follow(stream as AsyncIterable<Event>, note, watch, { ...seen })
      })
    },
    async cancel({ job }) {
      const [thread = '', run = ''] = job!.split('/')
      await client.runs.cancel(thread, run)
      return (await client.runs.get(thread, run)).status
    },
  }
}

/** Its documents name OpenAI's client. What that one has no method for, it can request all the same. */
function llamaCpp(base: string): VendorClient {
  const job = 'conversation 1'
  const client = openaiAt(base, { 'X-Conversation-Id': job })
  type Chunk = OpenAI.ChatCompletionChunk
  const note = ({ choices }: Chunk, seen: Seen) => {
    seen.text += choices[0]?.delta.content ?? ''
    if (choices[0]?.finish_reason === 'stop') seen.isWhole = true
  }
  return {
    read: async (watch) => {
      const messages = [{ role: 'user', content: PROMPT } as const]
      const stream = await client.chat.completions.create({ model: 'm', messages, stream: true })
      return follow(stream, note, watch, { ...nothing(), job })
    },
    // The cursor is a number of bytes, which this client does not count.
    resume: async (seen, watch) => {
      const query = { conv_id: job, from: seen.cursor }
      const stream = await client.get('/stream', { query, stream: true })
      return follow(stream as AsyncIterable<Chunk>, note, watch, { ...seen })
    },
    cancel: async () =>
      (await client.delete('/stream', { query: { conv_id: job } }).asResponse()).status,
  }
}

function aiSdk(base: string): VendorClient {
  const job = 'chat/1 ?'
  const api = `${base}/api/chat`
  const transport = new DefaultChatTransport<UIMessage>({ api })
  const note = (chunk: UIMessageChunk, seen: Seen) => {
    // A replay begins at the start.
    if (chunk.type === 'start') seen.text = ''
    if (chunk.type === 'text-delta') seen.text += chunk.delta
    if (chunk.type === 'finish') seen.isWhole = true
  }
  const message = { id: 'm', role: 'user', parts: [{ type: 'text', text: PROMPT }] } as const
  return {
    read: async (watch) => {
      const stream = await transport.sendMessages({
        trigger: 'submit-message',
        chatId: job,
        messageId: undefined,
        messages: [message as unknown as UIMessage],
        abortSignal: undefined,
      })
      return follow(stream, note, watch, { ...nothing(), job })
    },
    resume: async (seen, watch) => {
      const stream = await transport.reconnectToStream({ chatId: job })
      return stream ? follow(stream, note, watch, { ...seen }) : seen
    },
    // The SDK has no method for it: its guide shows this request.
    cancel: async () => {
      const url = `${api}/${encodeURIComponent(job)}/stop`
      const headers = { 'content-type': 'application/json' }
      return (await fetch(url, { method: 'POST', headers, body: '{}' })).json()
    },
  }
}

/** Its client returns bytes, and has no method that stops an answer. */
function dify(base: string): VendorClient {
  const client = new ChatClient('none', `${base}/v1`)
  interface Event {
    event: string
    task_id: string
    answer?: string
  }
  async function* lines(): AsyncGenerator<Event> {
    const { data } = await client.createChatMessage({}, PROMPT, 'ann', true)
    let rest = ''
    for await (const chunk of data.setEncoding('utf8')) {
      const parts = (rest + chunk).split('\n')
      rest = parts.pop()!
      for (const part of parts) if (part.startsWith('data: ')) yield JSON.parse(part.slice(6))
    }
  }
  const note = ({ event, task_id, answer }: Event, seen: Seen) => {
    seen.job = task_id
    if (event === 'message') seen.text += answer
    if (event === 'message_end') seen.isWhole = true
  }
  return {
    read: (watch) => follow(lines(), note, watch),
    cancel: async ({ job }) => {
      const path = `/chat-messages/${job}/stop`
      return (await client.sendRequest('POST', path, { user: 'ann' })).data
    },
  }
}

interface CozeChat {
  stream(request: object): AsyncIterable<{ event: string; data: CozeData }>
  cancel(conversation: string, chat: string): Promise<{ status: string }>
}

interface CozeData {
  id: string
  conversation_id: string
  content: string
}

// Their declarations import each other without extensions, which Node's resolution doesn't allow.
const { CozeAPI } = cozePackage as unknown as {
  CozeAPI: new (options: object) => { chat: CozeChat }
}

function coze(base: string): VendorClient {
  const { chat } = new CozeAPI({ token: 'none', baseURL: base })
  const note = ({ event, data }: { event: string; data: CozeData }, seen: Seen) => {
    if (event === 'conversation.chat.created') seen.job = `${data.conversation_id}/${data.id}`
    if (event === 'conversation.message.delta') seen.text += data.content
    if (event === 'conversation.chat.completed') seen.isWhole = true
  }
  return {
    read: (watch) => follow(chat.stream({ bot_id: 'b' }), note, watch),
    cancel: async ({ job }) => {
      const [conversation = '', id = ''] = job!.split('/')
      return (await chat.cancel(conversation, id)).status
    },
  }
}

export const CLIENTS: Record<BackendName, (base: string) => VendorClient> = {
  openai: responses,
  vllm: responses,
  gemini,
  langgraph: langGraph,
  'llama-cpp': llamaCpp,
  'ai-sdk': aiSdk,
  dify,
  coze,
}
