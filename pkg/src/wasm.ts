import { StreamError } from './error.js'
import type * as Exports from './generated/exports.js'
import { instantiate, isProvided } from './module/embedded.js'

/** What the module exports, once it is loaded. */
export let exports: typeof Exports
let loading: Promise<void> | undefined
let hasFailed = false

/** Whether the module is there, so that `exports` can be used. */
export function isLoaded(): boolean {
  return exports !== undefined
}

/** Whether it can be expected that the module will be there. */
export function willLoad(): boolean {
  return isProvided() && !hasFailed
}

/**
 * Compiles the WebAssembly module before the first stream needs it. Resolves when it is ready. Rejects
 * with a `StreamError` `'unsupported'` if the page can't run WebAssembly.
 */
export function load(): Promise<void> {
  return (loading ??= start())
}

async function start(): Promise<void> {
  try {
    decoders[0] = decoderOf(0)
    exports = await instantiate()
    hasFailed = false
  } catch (error) {
    // The page may provide the module later.
    loading = undefined
    hasFailed = isProvided()
    throw error
  }
}

let bytes = new Uint8Array(0)
let words = new Uint32Array(0)

/** The module's memory. Growing it detaches the view: never keep one over a call. */
function memoryBytes(): Uint8Array {
  if (bytes.length === 0) bytes = new Uint8Array(exports.memory.buffer)
  return bytes
}

/** As `memoryBytes`, in 32-bit words. */
export function memoryWords(): Uint32Array {
  if (words.length === 0) words = new Uint32Array(exports.memory.buffer)
  return words
}

/**
 * The most bytes that are decoded at once. The data of an event keeps the text alive that it is cut
 * out of: an app that keeps one event of a large chunk keeps no more than this besides it.
 */
export const PIECE = 16384 // as in src/npm/input.rs

let place = 0

/** Puts up to `PIECE` bytes where `DecoderHandle.push` reads them. */
export function writeChunk(chunk: Uint8Array): void {
  place ||= exports.input_buffer()
  memoryBytes().set(chunk, place)
}

/** Puts a text where the next call reads it. */
export function writeText(text: string): void {
  const utf8 = new TextEncoder().encode(text)
  // An address, which is never negative.
  const place = exports.text_buffer(utf8.length) >>> 0
  memoryBytes().set(utf8, place)
}

// By the numbers of src/npm/published.rs.
const ENCODINGS = ['utf-8', 'ascii', 'utf-16le']
const decoders: Pick<TextDecoder, 'decode'>[] = []

/** Made when they are needed: some runtimes know no encoding but UTF-8. */
function decoderOf(encoding: number): Pick<TextDecoder, 'decode'> {
  try {
    // A byte order mark at the start of a text is a character of it.
    return new TextDecoder(ENCODINGS[encoding], { ignoreBOM: true })
  } catch (cause) {
    if (encoding === 2) return { decode: fromUtf16 }
    // ASCII is UTF-8.
    if (encoding === 1) return decoderOf(0)
    const text = 'this runtime has no TextDecoder for UTF-8: load a polyfill before sluicegate'
    throw new StreamError('unsupported', text, { cause })
  }
}

function fromUtf16(bytes: Uint8Array): string {
  let text = ''
  for (const unit of new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)) {
    text += String.fromCharCode(unit)
  }
  return text
}

/** Bytes of a text that is read one by one. */
const SHORT = 16

/** The text of so many bytes there. */
export function decodeText(place: number, length: number, encoding = 0): string {
  const bytes = memoryBytes()
  // A token is short: a call of the decoder takes longer than it.
  if (length < SHORT && encoding < 2) {
    let text = ''
    for (let at = place; at < place + length && bytes[at]! < 128; at++) {
      text += String.fromCharCode(bytes[at]!)
    }
    if (text.length === length) return text
  }
  const decoder = (decoders[encoding] ??= decoderOf(encoding))
  return decoder.decode(bytes.subarray(place, place + length))
}

/** The text that two words there describe: its place and its length in bytes. */
export function readText(words: number): string {
  const [place, length] = memoryWords().subarray(words / 4)
  return decodeText(place!, length!)
}

/** Whether the same request may succeed after this failure, one of the border's `FAILURE_…`. */
export function isRetryable(failure: number, status = 0): boolean {
  return exports.is_retryable(failure, status) !== 0
}

/** Returns the border's `FLAG_…` of the format that a response of this content type holds, or 0. */
export function formatOf(contentType: string): number {
  writeText(contentType)
  return exports.format_of()
}

/** Returns what messages call this content type. */
export function displayedType(contentType: string): string {
  writeText(contentType)
  return readText(exports.displayed_type())
}
