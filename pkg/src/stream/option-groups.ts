/** The options of a stream that are objects. */

import * as border from '../border.js'
import type { Endpoint } from '../fetch/endpoint.js'
import { isStream, type RequestTemplate } from '../fetch/request.js'
import type {
  AckContext,
  AttemptContext,
  CancelContext,
  FetchFunction,
  OpenOptions,
} from '../options.js'
import type { Policy } from '../stream-handle.js'
import { Reader } from './reader.js'

const ON = {
  abort: border.FLAG_ON_ABORT,
  return: border.FLAG_ON_RETURN,
  pagehide: border.FLAG_ON_PAGEHIDE,
  unsent: border.FLAG_ON_UNSENT,
}

/** The request that continues an answer. */
export type Resume = Omit<Endpoint<AttemptContext>, 'timeout'> & { replays: boolean }

export function readCancel(
  options: OpenOptions['cancel'] | null,
  init: RequestInit,
  fetch: FetchFunction | undefined,
): [Endpoint<CancelContext> | undefined, number] {
  if (options === undefined || options === null) return [undefined, 0]
  const reader = new Reader(options, 'cancel.')
  const expected = "an array of 'abort', 'return', 'pagehide' and 'unsent'"
  const names = reader.get<string[]>('on', expected, (value: string[]) => {
    return Array.isArray(value) && value.every((name) => Object.hasOwn(ON, name))
  })
  const on = (names ?? []).reduce((flags, name) => flags | ON[name as keyof typeof ON], 0)
  return [reader.endpoint('POST', init, fetch), on]
}

export function readAck(
  options: OpenOptions['ack'] | null,
  init: RequestInit,
  fetch: FetchFunction | undefined,
): [Endpoint<AckContext> | undefined, number] {
  if (options === undefined || options === null) return [undefined, 1]
  const reader = new Reader(options, 'ack.')
  const every = Math.floor(reader.number('every', 1) ?? 1)
  return [reader.endpoint('POST', init, fetch), every]
}

export function readResume(
  options: OpenOptions['resume'] | null,
  request: RequestTemplate<AttemptContext>,
): Resume | undefined {
  if (options === undefined || options === null) return undefined
  const reader = new Reader(options, 'resume.')
  const isBoolean = (value: unknown) => typeof value === 'boolean'
  const replays = reader.get<boolean>('replays', 'a boolean', isBoolean) ?? false
  const { url, method, headers = request.headers, body } = reader.endpoint<AttemptContext>('GET')
  if (isStream(body))
    throw reader.invalid('body', 'something other than a stream, because it may be sent again')
  return { ...request, url, method, headers, body, replays }
}

/** What of an endpoint the page's functions may say. */
export function functionsOf(endpoint: Endpoint<never> | undefined): unknown[] {
  return endpoint ? [endpoint.url, endpoint.headers, endpoint.body] : []
}

/** The mode's flag and the numbers of the policy, `NaN` where the machine's default holds. */
export function readRetry(reader: Reader, resumes: boolean): [number, Policy, Reader] {
  const retry = reader.get<boolean | object>('retry', 'a boolean or an object', (value) => {
    return typeof value === 'boolean' || typeof value === 'object'
  })
  const options = new Reader(typeof retry === 'object' ? retry : {}, 'retry.')
  const number = (name: string, least: number) => options.number(name, least) ?? NaN
  const policy: Policy = [
    number('maxAttempts', 1),
    number('initialDelay', 0),
    number('maxDelay', 0),
    number('factor', 1),
    number('jitter', 0),
    number('minDelay', 0),
  ]
  // With a resuming request, a policy is that request's.
  const isUsual = retry === undefined || (resumes && typeof retry === 'object')
  const mode = isUsual ? 0 : retry ? border.FLAG_ALWAYS : border.FLAG_NEVER
  return [mode, policy, options]
}
