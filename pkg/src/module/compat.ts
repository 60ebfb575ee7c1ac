import { memory } from '../generated/compat.js'

export { format_of, input_buffer, is_unavailable, message, RawStream } from '../generated/compat.js'

/** Nothing is to be compiled: it is JavaScript already. Gives its memory. */
export async function instantiate(): Promise<{ readonly buffer: ArrayBuffer }> {
  return memory
}
