// A page that reads streams, and keeps what becomes of each.

import { type EventStream, isStreamError, openStream } from 'sluicegate'

/** A stream so far. */
export interface Reading {
  /** As `[type, data, id]`. */
  events: [string, string, string][]
  /** Why each further attempt was made. */
  retries: Problem[]
  /** The type of its end. */
  ended?: string
  error?: Problem
}

/** What `StreamError` says. */
export interface Problem {
  code: string
  status?: number | undefined
  body?: string | undefined
}

const readings: Record<string, Reading> = {}
const streams: Record<string, EventStream> = {}

function describe(error: unknown): Problem {
  if (!isStreamError(error)) return { code: String(error) }
  const { code, status, body } = error
  return { code, ...(status !== undefined && { status }), ...(body !== undefined && { body }) }
}

async function read(name: string, url: string, options: object): Promise<void> {
  const reading: Reading = { events: [], retries: [] }
  readings[name] = reading
  const stream = openStream(url, {
    ...options,
    onRetry: ({ error }) => reading.retries.push(describe(error)),
  })
  streams[name] = stream
  void (async () => {
    try {
      for await (const { type, data, lastEventId } of stream) {
        reading.events.push([type, data, lastEventId])
      }
    } catch (error) {
      reading.error = describe(error)
    }
    reading.ended = (await stream.closed).type
  })()
}

const look = async (name: string): Promise<Reading> => readings[name]!

const cancel = async (name: string): Promise<object> => ({ ...(await streams[name]!.cancel()) })

/** The protocol that this page's last request to a path was answered by, such as `h2`. */
async function protocolOf(path: string): Promise<string | undefined> {
  const entries = performance.getEntriesByName(new URL(path, location.href).href)
  return (entries.at(-1) as PerformanceResourceTiming | undefined)?.nextHopProtocol
}

Object.assign(globalThis, { read, look, cancel, protocolOf })
