import type { AnswerEvent } from './job.js'
import type { Exchange } from './exchange.js'
import type { Kind } from './space.js'

/** What the events of an answer are made of. */
export interface Context {
  /** The job's id. */
  id: string
  /** The first job of a space is number 1. */
  number: number
  /** What the events have of the request. */
  names: Record<string, string>
  /** The model's text. */
  pieces: string[]
}

export interface Cors {
  /** `mirror` allows each origin by its name. */
  origin: '*' | 'mirror'
  methods: string
  /** `mirror` allows what a preflight asks for. */
  headers: string
  expose?: string
}

export interface Route {
  kind: Kind
  method: string
  /** The path after the space's address; its groups are handed on. */
  path: RegExp
  answer(exchange: Exchange, ...groups: string[]): void | Promise<void>
}

/** A vendor's API, as far as answers are started, resumed and cancelled with it. */
export interface Backend {
  cors: Cors
  /** The id of a space's nth job. */
  id(number: number): string
  events(context: Context): AnswerEvent[]
  routes: Route[]
}

/** An event of a stream. */
export function sse(
  data: string,
  fields: { event?: string; id?: string } = {},
  eol = '\n',
): Buffer {
  const { event, id } = fields
  const lines = [
    ...(event === undefined ? [] : [`event: ${event}`]),
    `data: ${data}`,
    ...(id === undefined ? [] : [`id: ${id}`]),
  ]
  return Buffer.from(lines.map((line) => line + eol).join('') + eol)
}
