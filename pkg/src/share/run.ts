import type { ServerSentEvent } from '../event.js'

/** Events in a row, and where in the stream they are. */
export interface Run {
  /** How many events there are in the stream, up to the last one of these. */
  end: number
  /** The last event id before them. */
  before: string
  events: ServerSentEvent[]
}

/** Where every stream starts. */
export const START: Run = { end: 0, before: '', events: [] }

/** The last event id at the end of a run, or behind so many of its events. */
export function idIn({ before, events }: Run, count = events.length): string {
  return events[count - 1]?.lastEventId ?? before
}

/** The last events of a run, at most so many. */
export function lastOf(run: Run, limit: number): Run {
  const index = Math.max(0, run.events.length - limit)
  return { ...run, before: idIn(run, index), events: run.events.slice(index) }
}

/** A run and the next one. */
export function joined({ before, events }: Run, next: Run): Run {
  return { ...next, before, events: [...events, ...next.events] }
}

/** Characters that an event takes besides its data. */
const OVERHEAD = 64

/** Characters of events. */
export function sizeOf(events: readonly ServerSentEvent[] = []): number {
  return events.reduce((sum, { data }) => sum + data.length + OVERHEAD, 0)
}
