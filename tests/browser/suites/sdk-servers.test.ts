import { ClientFactory, DefaultAgentCardResolver, RestTransportFactory } from '@a2a-js/sdk/client'
import { type Artifact, Role, type StreamResponse } from '@a2a-js/sdk'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { expect } from 'chai'
import { createFetch } from 'sluicegate/fetch'
import { pieces } from '../../vendors/answer.js'
import { eventually } from '../support/eventually.js'
import { sdks } from '../support/page.js'
import { freshKey } from '../support/server.js'

const AT_ONCE = { initialDelay: 0, minDelay: 0 }
const TEXT = pieces(20)
const HALF = TEXT.slice(0, 10)

/** A server for one test. */
function open(name: 'a2a' | 'mcp' | 'mcp-without-stream') {
  const url = `${sdks}/${name}/${freshKey()}`
  return { url, signal: () => fetch(`${url}/~signal`, { method: 'POST' }) }
}

interface Call {
  method: string
  lastEventId: string | null
  /** Absent while there is no response. */
  status?: number
}

/** A `fetch` that keeps what it is asked for. */
function recording() {
  const calls: Call[] = []
  const recorder: typeof fetch = async (input, init) => {
    const { method, headers } = new Request(input, init)
    const call: Call = { method, lastEventId: headers.get('last-event-id') }
    calls.push(call)
    const response = await fetch(input, init)
    call.status = response.status
    return response
  }
  return { calls, fetch: recorder }
}

// With `it`, not `test`: the SDKs leave listeners at signals of their own.
describe("SDKs at servers by the vendors' packages", () => {
  describe("A2A's client", () => {
    const textOf = (artifacts: (Artifact | undefined)[]) =>
      artifacts
        .flatMap((artifact) => artifact?.parts ?? [])
        .map(({ content }) => content?.value)
        .join('')

    const message = () => ({
      tenant: '',
      message: {
        messageId: freshKey(),
        contextId: '',
        taskId: '',
        role: Role.ROLE_USER,
        parts: [],
        metadata: undefined,
        extensions: [],
        referenceTaskIds: [],
      },
      configuration: undefined,
      metadata: undefined,
    })

    it('goes on with a task whose stream broke, by subscribing to it', async () => {
      const agent = open('a2a')
      const { calls, fetch } = recording()
      const fetchImpl = createFetch({
        fetch,
        retry: AT_ONCE,
        job: ({ data }) => JSON.parse(data).task?.id,
        done: ({ data }) => JSON.parse(data).statusUpdate?.status.state === 'TASK_STATE_COMPLETED',
        resume: { url: ({ job }) => `${agent.url}/tasks/${job}:subscribe`, method: 'POST' },
      })
      const factory = new ClientFactory({
        transports: [new RestTransportFactory({ fetchImpl })],
        cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
      })
      const client = await factory.createFromUrl(`${agent.url}/`)
      let text = ''
      const kinds: (string | undefined)[] = []
      for await (const { payload } of client.sendMessageStream(
        message(),
      ) as AsyncIterable<StreamResponse>) {
        if (payload?.$case === 'task') text = textOf(payload.value.artifacts)
        if (payload?.$case === 'artifactUpdate') text += textOf([payload.value.artifact])
        // What came is read, and later: the task is there again.
        if (text === HALF.join('')) await agent.signal()
        kinds.push(payload?.$case)
      }
      expect(text).to.equal(TEXT.join(''))
      const updates = HALF.map(() => 'artifactUpdate')
      expect(kinds).to.deep.equal(['task', ...updates, 'task', ...updates, 'statusUpdate'])
      expect(calls.map(({ method, status }) => `${method} ${status}`)).to.deep.equal([
        'GET 200',
        'POST 200',
        'POST 200',
      ])
    })
  })

  describe("MCP's client", () => {
    /** Calls the tool that writes. */
    async function write(name: 'mcp' | 'mcp-without-stream', end: 'close' | 'reset' | 'never') {
      const server = open(name)
      const { calls, fetch } = recording()
      const client = new Client({ name: 'reader', version: '1' })
      const errors: Error[] = []
      const transport = new StreamableHTTPClientTransport(new URL(server.url), {
        fetch: createFetch({ fetch }),
        reconnectionOptions: {
          initialReconnectionDelay: 10,
          maxReconnectionDelay: 10,
          reconnectionDelayGrowFactor: 1,
          maxRetries: 1000,
        },
      })
      client.onerror = (error) => errors.push(error)
      let text = ''
      client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
        text += params.data
        if (text === HALF.join('')) void server.signal()
      })
      await client.connect(transport)
      // It asks for a stream of the server's own when it likes. Firefox has no response before its first byte.
      await eventually(() => {
        const own = calls.find(({ method }) => method === 'GET')
        expect(name === 'mcp' ? own : own?.status).to.not.equal(undefined)
      })
      const result = await client.callTool({ name: 'write', arguments: { end } })
      expect(result.content).to.deep.equal([{ type: 'text', text: 'written' }])
      expect(text).to.equal(TEXT.join(''))
      await client.close()
      return { calls, errors }
    }

    for (const end of ['close', 'reset'] as const) {
      it(`goes on by its own means with an answer that ends amid of it: ${end}`, async () => {
        const { calls } = await write('mcp', end)
        const resumed = calls.filter(({ lastEventId }) => lastEventId !== null)
        expect(resumed.at(-1)).to.include({ method: 'GET', status: 200 })
      })
    }

    it('reads an answer of a server without a stream of its own, which says 405', async () => {
      const { calls, errors } = await write('mcp-without-stream', 'never')
      expect(errors).to.deep.equal([])
      const gets = calls.filter(({ method }) => method === 'GET')
      expect(gets).to.deep.equal([{ method: 'GET', lastEventId: null, status: 405 }])
    })
  })
})
