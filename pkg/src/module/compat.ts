import { memory } from '../generated/compat.js'

export {
  error_text,
  format_of,
  input_buffer,
  is_retryable,
  StreamHandle,
} from '../generated/compat.js'

/** Nothing is to be compiled: it is JavaScript already. Gives its memory. */
export async function instantiate(): Promise<{ readonly buffer: ArrayBuffer }> {
  return memory
}
