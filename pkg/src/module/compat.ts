import * as exports from '../generated/compat.js'

/** Nothing is to be compiled: it is JavaScript already. Returns its exports. */
export async function instantiate(): Promise<typeof exports> {
  return exports
}
