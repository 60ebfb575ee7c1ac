import { instantiate, message, room } from './module/embedded.js'

export {
  is_ndjson as isNdjson,
  is_unavailable as isUnavailable,
  RawStream,
} from './module/embedded.js'

let loading: Promise<void> | undefined
let memory: { readonly buffer: ArrayBuffer } | undefined

/** Compiles the module, once however many callers race. Rejects with `'unsupported'`. */
export function load(): Promise<void> {
  return (loading ??= start())
}

async function start(): Promise<void> {
  try {
    memory = await instantiate()
  } catch (error) {
    // The page may provide the module later.
    loading = undefined
    throw error
  }
}

let bytes = new Uint8Array(0)
let words = new Uint32Array(0)

/** The module's memory. Growing it detaches the view: never keep one over a call. */
export function memoryBytes(): Uint8Array {
  if (bytes.length === 0) bytes = new Uint8Array(memory!.buffer)
  return bytes
}

/** As `memoryBytes`, in 32-bit words. */
export function memoryWords(): Uint32Array {
  if (words.length === 0) words = new Uint32Array(memory!.buffer)
  return words
}

/**
 * The most bytes that are decoded at once. The data of an event keeps the text alive that it is cut
 * out of: an app that keeps one event of a large chunk keeps no more than this besides it.
 */
export const PIECE = 4096 // as in src/js/room.rs

let place = 0

/** Puts up to `PIECE` bytes where `RawStream.push` reads them. */
export function writeChunk(chunk: Uint8Array): void {
  place ||= room()
  memoryBytes().set(chunk, place)
}

// By the numbers of src/js/room.rs. A byte order mark at the start of a text is a character of it.
const decoders = ['utf-8', 'ascii', 'utf-16le'].map(
  (encoding) => new TextDecoder(encoding, { ignoreBOM: true }),
)

/** The text of so many bytes there. */
export function decodeText(place: number, length: number, encoding = 0): string {
  return decoders[encoding]!.decode(memoryBytes().subarray(place, place + length))
}

/** The text that two words there tell of: its place and its bytes. */
export function readText(words: number): string {
  const [place, length] = memoryWords().subarray(words / 4)
  return decodeText(place!, length!)
}

/** The text of a message. */
export function messageText(number: number, first: string, second: string): string {
  return readText(message(number, first, second))
}
