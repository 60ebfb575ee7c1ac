import * as glue from './generated/glue.js'
import { text } from './generated/module.js'
import { StreamError } from './error.js'

export {
  is_ndjson as isNdjson,
  is_unavailable as isUnavailable,
  message as rawMessage,
  RawStream,
} from './generated/glue.js'

let loading: Promise<void> | undefined
let memory: WebAssembly.Memory | undefined

/** Compiles the module, once however many callers race. Rejects with `'unsupported'`. */
export function load(): Promise<void> {
  return (loading ??= compile())
}

async function compile(): Promise<void> {
  try {
    // A loop: `Uint8Array.from` takes ten times as long, at each page's start.
    const code = new Uint8Array(text.length)
    for (let at = 0; at < code.length; at++) code[at] = text.charCodeAt(at)
    const module = await WebAssembly.compile(code)
    memory = glue.initSync({ module }).memory
  } catch (cause) {
    const message =
      "this page can't run WebAssembly with SIMD: use a current browser, and allow 'wasm-unsafe-eval' in the Content Security Policy's script-src"
    throw new StreamError('unsupported', message, { cause })
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

let room = 0
let roomSize = 0

/** Puts a chunk where `RawStream.push` reads it. */
export function writeChunk(chunk: Uint8Array): void {
  if (chunk.length > roomSize) {
    roomSize = Math.max(chunk.length, 64 * 1024)
    room = glue.room(roomSize)
  }
  memoryBytes().set(chunk, room)
}
