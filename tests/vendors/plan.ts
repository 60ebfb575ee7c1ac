/**
 * What becomes of one connection. Places are bytes of the whole answer, also on a connection that resumes it. When a
 * connection breaks, a client may lose what it has not read until then: with `seen`, the fault waits for the test to
 * say that all is read.
 */
export type Fault =
  /** Sends what comes before this byte, then a TCP reset. */
  | { reset: number; seen?: true }
  /** Sends what comes before this byte, then closes the connection in the middle of the body. */
  | { cut: number; seen?: true }
  /** Sends what comes before this byte, then ends the body as if that were all. */
  | { end: number }
  /** Sends what comes before this byte, then nothing, until the client leaves. */
  | { stall: number }
  /** Answers with this status and no stream. */
  | { refuse: number }
  /** Answers with a page, as a gateway does. */
  | { page: true }
  /** Nothing goes wrong. */
  | { none: true }

export interface Plan {
  /** How many pieces of text the answer has. Default: 200. */
  events?: number
  /** Milliseconds between two events of the model. Default: 0, all at once. */
  pace?: number
  /** The model waits before this event until it is released. */
  hold?: number
  /** The faults of the requests that start or resume an answer, in turn. Later requests have none. */
  faults?: Fault[]
}

/** Where a fault breaks a connection, in bytes of the whole answer; undefined if it breaks none. */
export function placeOf(fault: Fault): number | undefined {
  const places = fault as Record<string, number | undefined>
  return places['reset'] ?? places['cut'] ?? places['end'] ?? places['stall']
}

const NUMBERS = ['events', 'pace', 'hold'] as const
const FAULTS = ['reset', 'cut', 'end', 'stall', 'refuse', 'page', 'none']

/** Throws if it is no plan for an answer of so many bytes. */
export function checkPlan(plan: Plan, bytes: number): void {
  for (const name of Object.keys(plan)) {
    if (![...NUMBERS, 'faults'].includes(name)) throw new Error(`a plan has no ${name}`)
  }
  for (const name of NUMBERS) {
    const value = plan[name]
    if (value !== undefined && !(value >= 0)) throw new Error(`${name} is a number, not ${value}`)
  }
  for (const fault of plan.faults ?? []) {
    const kinds = Object.keys(fault).filter((name) => name !== 'seen')
    if (kinds.length !== 1 || !FAULTS.includes(kinds[0]!)) {
      throw new Error(`a fault is one of ${FAULTS.join(', ')}, not ${JSON.stringify(fault)}`)
    }
    const place = placeOf(fault)
    // A fault that never comes would keep the model from its end.
    if (place !== undefined && !(place >= 0 && place < bytes)) {
      throw new Error(`the answer has ${bytes} bytes, so that it can't break at ${place}`)
    }
  }
}
