import * as exports from '../generated/compat.js'

/** Whether there is a module. */
export function isProvided(): boolean {
  return true
}

/** Nothing is to be compiled: it is JavaScript already. Returns its exports. */
export async function instantiate(): Promise<typeof exports> {
  return exports
}
