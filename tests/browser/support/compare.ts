/** What scenarios expect: members that are not named are not compared, and null is what is absent. */

import { expect } from 'chai'
import { isStreamError } from 'sluicegate'

/** Timers of browsers may be this much early: a part of the time. */
const EARLY = 0.05

export function compare(what: string, seen: unknown, expected: unknown): void {
  expect(like(seen, expected), what).to.deep.equal(expected)
}

/** What of a value is expected at all. */
function like(seen: unknown, expected: unknown): unknown {
  if (Array.isArray(seen) && Array.isArray(expected)) {
    return seen.map((item: unknown, at) => like(item, expected[at]))
  }
  if (!isObject(seen) || !isObject(expected)) return seen ?? null
  return Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [name, like(seen[name], value)]),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** A `StreamError` with names for the addresses in its message; any other as it is. */
export function errorAsJson(error: unknown, addresses: Record<string, string>): unknown {
  if (!isStreamError(error)) return error
  const { code, status, attempt, retryable, body } = error
  let { message } = error
  for (const [name, address] of Object.entries(addresses)) {
    const { origin, pathname } = new URL(address, location.origin)
    message = message.replaceAll(origin + pathname, name)
  }
  const cause = errorAsJson(error.cause, addresses)
  return { code, status, attempt, retryable, message, body, cause }
}

interface Logged {
  startedMs?: number
  closedMs?: number | null
}

export function compareRequests(log: (object & Logged)[], expected: object[]): void {
  for (const [at, request] of expected.entries()) {
    const { waitedMs, ...members } = request as { waitedMs?: number }
    compare(`request ${at + 1}`, log[at], members)
    if (waitedMs === undefined) continue
    const waited = (log[at]?.startedMs ?? 0) - (log[at - 1]?.closedMs ?? Infinity)
    expect(waited, `wait before request ${at + 1}`).to.be.at.least(waitedMs * (1 - EARLY))
  }
}
