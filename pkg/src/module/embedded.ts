import type * as Exports from '../generated/exports.js'
import { first, short, size, text } from '../generated/module.js'
import { StreamError } from '../error.js'

/** Whether there is a module, and an engine for it. */
export function isProvided(): boolean {
  return typeof WebAssembly === 'object'
}

/** Compiles the module that travels in the package. Returns its exports. */
export async function instantiate(): Promise<typeof Exports> {
  try {
    // What this task sends leaves first.
    await globalThis.scheduler?.yield?.()
    const { instance } = await WebAssembly.instantiate(readModule())
    return instance.exports as typeof Exports
  } catch (cause) {
    // Read as another encoding, each letter is two characters.
    const message =
      text.length !== size
        ? 'the script with sluicegate was not read as UTF-8: begin the page with <meta charset="utf-8">, or serve scripts with charset=utf-8'
        : "this page can't run WebAssembly with SIMD: use a current browser and allow 'wasm-unsafe-eval' in the Content Security Policy's script-src, or import 'sluicegate/compat' instead"
    throw new StreamError('unsupported', message, { cause })
  }
}

/** Undoes what pkg/embed.mjs did. */
function readModule(): Uint8Array<ArrayBuffer> {
  const values: number[] = []
  let shortCode = first
  let letterCode = 0xc0
  for (let value = 0; value < 256; value++) {
    if ((short[value >> 5]! >> (value & 31)) & 1) {
      // Quote and backslash would need an escape.
      if (shortCode === 0x27 || shortCode === 0x5c) shortCode++
      values[shortCode++] = value
      if (shortCode === 0x7f) shortCode = 0x20
    } else {
      values[letterCode++] = value
    }
  }
  // A loop: `Uint8Array.from` takes ten times as long, at each page's start.
  const code = new Uint8Array(size)
  for (let at = 0; at < size; at++) code[at] = values[text.charCodeAt(at)]!
  return code
}
