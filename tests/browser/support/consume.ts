import type { ServerSentEvent } from 'sluicegate'

/** All that comes, to the end. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of source) values.push(value)
  return values
}

/** What comes before an error, and the error. */
export async function allUntilError<T>(
  source: AsyncIterable<T>,
): Promise<{ values: T[]; error: unknown }> {
  const values: T[] = []
  try {
    for await (const value of source) values.push(value)
  } catch (error) {
    return { values, error }
  }
  throw new Error(`it ended without an error, after ${values.length} values`)
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`it did not reject, but gave ${JSON.stringify(value)}`)
}

export const data = (events: readonly ServerSentEvent[]): string[] =>
  events.map((event) => event.data)

/** A promise, and the function that resolves it. */
export function gate<T = void>(): { passed: Promise<T>; pass: (value: T) => void } {
  let pass!: (value: T) => void
  const passed = new Promise<T>((resolve) => (pass = resolve))
  return { passed, pass }
}
