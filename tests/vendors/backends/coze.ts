// Coze's chat, version 3, after `@coze/api` 1.1.0. It can't be resumed.

import type { Backend, Context } from '../backend.js'
import type { AnswerEvent, Job } from '../job.js'

/** Without a space after the colons. */
const write = (event: string, data: unknown) =>
  Buffer.from(`event:${event}\ndata:${JSON.stringify(data)}\n\n`)

const DONE = write('done', '[DONE]')

const chat = (id: string, status: string) => ({
  id,
  conversation_id: `conversation-of-${id}`,
  bot_id: 'bot',
  created_at: 1_764_000_000,
  last_error: { code: 0, msg: '' },
  status,
})

function eventsOf({ id, pieces }: Context): AnswerEvent[] {
  const message = {
    id: `message-of-${id}`,
    conversation_id: `conversation-of-${id}`,
    bot_id: 'bot',
    chat_id: id,
    role: 'assistant',
    type: 'answer',
    content_type: 'text',
  }
  return [
    { bytes: write('conversation.chat.created', chat(id, 'created')) },
    { bytes: write('conversation.chat.in_progress', chat(id, 'in_progress')) },
    ...pieces.map((content) => ({
      bytes: write('conversation.message.delta', { ...message, content }),
      text: content,
    })),
    { bytes: write('conversation.message.completed', { ...message, content: pieces.join('') }) },
    { bytes: write('conversation.chat.completed', chat(id, 'completed')) },
    { bytes: DONE },
  ]
}

const STATUSES: Record<string, string> = {
  running: 'in_progress',
  completed: 'completed',
  cancelled: 'canceled',
  left: 'failed',
}

const answerOf = (job: Job | undefined) =>
  job
    ? { code: 0, msg: '', data: chat(job.id, STATUSES[job.state]!) }
    : { code: 4000, msg: 'Request parameter error' }

export const coze: Backend = {
  cors: { origin: '*', methods: 'GET, POST', headers: 'mirror' },
  id: (number) => `chat-${number}`,
  events: eventsOf,
  routes: [
    {
      kind: 'start',
      method: 'POST',
      path: /^\/v3\/chat$/,
      answer: (exchange) => exchange.stream(exchange.space.start()),
    },
    {
      kind: 'other',
      method: 'POST',
      path: /^\/v3\/chat\/retrieve$/,
      answer(exchange) {
        exchange.json(200, answerOf(exchange.space.find(exchange.query.get('chat_id') ?? '')))
      },
    },
    {
      kind: 'cancel',
      method: 'POST',
      path: /^\/v3\/chat\/cancel$/,
      async answer(exchange) {
        const { conversation_id, chat_id } = await exchange.body<Record<string, string>>()
        const job = exchange.space.find(chat_id ?? '')
        const isIts = conversation_id === `conversation-of-${job?.id}`
        if (isIts) job?.stop('cancelled', [DONE])
        exchange.json(200, answerOf(isIts ? job : undefined))
      },
    },
  ],
}
