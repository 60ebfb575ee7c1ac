import * as glue from '../generated/glue.js'
import { text } from '../generated/module.js'
import { StreamError } from '../error.js'

export { format_of, is_unavailable, message, RawStream, room } from '../generated/glue.js'

/** Compiles the module that travels in the package. Gives its memory. */
export async function instantiate(): Promise<{ readonly buffer: ArrayBuffer }> {
  try {
    // A loop: `Uint8Array.from` takes ten times as long, at each page's start.
    const code = new Uint8Array(text.length)
    for (let at = 0; at < code.length; at++) code[at] = text.charCodeAt(at)
    const module = await WebAssembly.compile(code)
    return glue.initSync({ module }).memory
  } catch (cause) {
    const message = /[\u0100-\uffff]/.test(text)
      ? 'the script with sluicegate was not read as UTF-8: begin the page with <meta charset="utf-8">, or serve scripts with charset=utf-8'
      : "this page can't run WebAssembly with SIMD: use a current browser and allow 'wasm-unsafe-eval' in the Content Security Policy's script-src, or import 'sluicegate/compat' instead"
    throw new StreamError('unsupported', message, { cause })
  }
}
