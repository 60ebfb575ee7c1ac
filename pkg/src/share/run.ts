import type { ServerSentEvent } from '../event.js'

/** Events in a row, and where in the stream they are. */
export interface Run {
  /** How many events there are in the stream, up to the last one of these. */
  end: number
  /** The last event id before them. */
  before: string
  events: ServerSentEvent[]
}

/** The last event id at the end of a run, or behind so many of its events. */
export function idIn({ before, events }: Run, count = events.length): string {
  return events[count - 1]?.lastEventId ?? before
}

/** The last events of a run, at most so many. */
export function lastOf(run: Run, limit: number): Run {
  const index = Math.max(0, run.events.length - limit)
  return { ...run, before: idIn(run, index), events: run.events.slice(index) }
}
