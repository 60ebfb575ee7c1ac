import { EventType, HttpAgent } from '@ag-ui/client'
import { fetchServerSentEvents } from '@tanstack/ai-client'
import { expect } from 'chai'
import OpenAI from 'openai'
import { createFetch } from 'sluicegate/fetch'
import { type Attempt, event, script } from '../support/server.js'

const AT_ONCE = { initialDelay: 0, minDelay: 0 }
const PIECES = Array.from({ length: 20 }, (_, n) => `${n} żółw 😀\n`)

/** Breaks in the middle of an event, and is whole at the second attempt. */
function breaking(text: string, after: string): Attempt[] {
  const length = new TextEncoder().encode(text.slice(0, text.indexOf(after))).length + 3
  const whole = { steps: [{ send: text }] }
  return [{ ...whole, cut: { after: length, by: 'close' } }, whole]
}

// With `it`, not `test`: the SDKs leave listeners at signals of their own.
describe('SDKs that take a fetch', () => {
  it('openai resumes a response in the background', async () => {
    const response = { id: 'resp_1', object: 'response', output: [] }
    const events = [
      { type: 'response.created', response },
      ...PIECES.map((delta) => ({ type: 'response.output_text.delta', delta })),
      { type: 'response.completed', response },
    ].map((data, n) => event(JSON.stringify({ ...data, sequence_number: n }), { type: data.type }))
    const start = { send: events.slice(0, 8).join('') + events[8]!.slice(0, 90) }
    const source = await script([
      // A reset drops what the browser has not read.
      { steps: [start, { waitFor: 'seen' }, { reset: true }] },
      { steps: [{ send: events.slice(8).join('') }] },
    ])
    const { pathname } = new URL(source.url)
    const client = new OpenAI({
      baseURL: source.url,
      apiKey: 'none',
      dangerouslyAllowBrowser: true,
      maxRetries: 0,
      fetch: createFetch({
        retry: AT_ONCE,
        done: ({ type }) => type === 'response.completed',
        job: ({ data }) => JSON.parse(data).response?.id,
        cursor: ({ data }) => JSON.parse(data).sequence_number,
        resume: {
          url: ({ job, cursor }) =>
            `${pathname}/responses/${job}?stream=true&starting_after=${cursor}`,
        },
      }),
    })
    const request = { model: 'm', input: 'Hi', background: true, stream: true } as const
    const numbers: number[] = []
    let text = ''
    for await (const event of await client.responses.create(request)) {
      numbers.push(event.sequence_number)
      if (event.sequence_number === 7) await source.signal('seen')
      if (event.type === 'response.output_text.delta') text += event.delta
    }
    expect(text).to.equal(PIECES.join(''))
    expect(numbers).to.deep.equal(Array.from(events, (_, n) => n))
    const [created, resumed] = await source.over(2)
    expect(created!.method).to.equal('POST')
    expect(resumed).to.include({ method: 'GET' })
    expect(resumed!.path).to.equal(`${pathname}/responses/resp_1?stream=true&starting_after=7`)
    expect(resumed!.headers['authorization']).to.equal('Bearer none')
  })

  const run = { threadId: 't1', runId: 'r1' }
  const agUi = [
    { type: EventType.RUN_STARTED, ...run },
    { type: EventType.TEXT_MESSAGE_START, messageId: 'm1', role: 'assistant' },
    ...PIECES.map((delta) => ({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: 'm1', delta })),
    { type: EventType.TEXT_MESSAGE_END, messageId: 'm1' },
    { type: EventType.RUN_FINISHED, ...run },
  ]
  const agUiBytes = agUi.map((data) => event(JSON.stringify(data))).join('')

  /** Goes on by a replay. The thread is known from the request. */
  const replaying = (url: string) =>
    createFetch({
      retry: AT_ONCE,
      key: async (request) => (await request.json()).threadId,
      done: ({ data }) => JSON.parse(data).type === EventType.RUN_FINISHED,
      resume: { url: ({ job }) => `${url}/${job}`, replays: true },
    })

  it("AG-UI's HttpAgent gets the whole run", async () => {
    const source = await script(breaking(agUiBytes, PIECES[7]!.slice(0, 6)))
    const { url } = source
    const agent = new HttpAgent({ url, threadId: 't1', fetch: replaying(url) })
    await agent.runAgent({ runId: 'r1' })
    expect(agent.messages.at(-1)).to.include({ role: 'assistant', content: PIECES.join('') })
    const [, resumed] = await source.over(2)
    expect(resumed!.path).to.match(/\/t1$/)
  })

  it("TanStack AI's connection gets the whole run", async () => {
    const source = await script(breaking(agUiBytes, PIECES[7]!.slice(0, 6)))
    const { url } = source
    const connection = fetchServerSentEvents(url, { fetchClient: replaying(url) })
    let text = ''
    const chunks = connection.connect([], undefined, undefined, run)
    for await (const chunk of chunks as AsyncIterable<{ type: string; delta?: string }>) {
      if (chunk.type === EventType.TEXT_MESSAGE_CONTENT) text += chunk.delta
    }
    expect(text).to.equal(PIECES.join(''))
    await source.over(2)
  })
})
