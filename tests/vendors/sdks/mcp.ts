import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  type EventStore,
  StreamableHTTPServerTransport,
} from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { pieces } from '../answer.js'
import { HALF, PIECES, type Space } from './space.js'

/**
 * A server of tools by the server side of `@modelcontextprotocol/sdk`. Its tool writes a text in notifications. Among them,
 * the connection ends as the tool's argument says: `close`, as the protocol has it, `reset`, or `never`.
 */
export function mcpServer(space: Space): RequestListener {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  return async (request, response) => {
    const id = request.headers['mcp-session-id'] as string | undefined
    let transport = id === undefined ? undefined : sessions.get(id)
    if (!transport) {
      const opened = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (session) => void sessions.set(session, opened),
        eventStore: new Store(),
        retryInterval: 10,
      })
      await toolsOf(space).connect(opened)
      transport = opened
    }
    await transport.handleRequest(request, response)
  }
}

/** The same without sessions: it has no stream of its own, and answers 405 to a GET. */
export function mcpServerWithoutStream(space: Space): RequestListener {
  return async (request, response) => {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
    await toolsOf(space).connect(transport)
    await transport.handleRequest(request, response)
  }
}

function toolsOf(space: Space): Server {
  const server = new Server(
    { name: 'writer', version: '1' },
    { capabilities: { tools: {}, logging: {} } },
  )
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const end = params.arguments?.['end']
    for (const [n, data] of pieces(PIECES).entries()) {
      if (n === HALF && end !== 'never') {
        await space.untilSignalled()
        if (end === 'close') extra.closeSSEStream!()
        else space.breakStreams()
      }
      const notification = { level: 'info', data } as const
      await extra.sendNotification({ method: 'notifications/message', params: notification })
    }
    return { content: [{ type: 'text', text: 'written' }] }
  })
  return server
}

/** What was sent, in order. */
class Store implements EventStore {
  readonly #events: { stream: string; message: JSONRPCMessage }[] = []

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    return `${this.#events.push({ stream, message }) - 1}`
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#events[Number(id)]?.stream
  }

  async replayEventsAfter(
    id: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const { stream } = this.#events[Number(id)]!
    for (let at = Number(id) + 1; at < this.#events.length; at++) {
      const event = this.#events[at]!
      if (event.stream === stream) await send(`${at}`, event.message)
    }
    return stream
  }
}
