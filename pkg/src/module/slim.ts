import type * as Exports from '../generated/exports.js'
import { tagOf } from '../bytes.js'
import { StreamError } from '../error.js'

/** The module `sluicegate/wasm`: its URL, a response with it, its bytes, or the compiled module. */
export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module

let provided: Promise<WasmSource> | undefined

/**
 * Sets the WebAssembly module to use. Call it before the first stream is opened; later calls have no
 * effect. If the module can't be loaded, each stream fails with a `StreamError` `'unsupported'`.
 *
 * @param source the module, or a promise for it
 */
export function init(source: WasmSource | Promise<WasmSource>): void {
  provided ??= Promise.resolve(source)
  provided.catch(() => undefined)
}

/** Returns whether `init` was called. */
export function isProvided(): boolean {
  return provided !== undefined
}

/** Compiles the module that the page provides. Returns its exports. */
export async function instantiate(): Promise<typeof Exports> {
  if (!provided) {
    const message = "call init() of 'sluicegate/slim' with the module before opening a stream"
    throw new StreamError('unsupported', message)
  }
  try {
    const module = await compile(await provided)
    return (await WebAssembly.instantiate(module)).exports as typeof Exports
  } catch (cause) {
    const message = `the module given to init() can't be compiled: ${String(cause)}`
    throw new StreamError('unsupported', message, { cause })
  }
}

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  // Not by their classes: they may be of another realm.
  if (tagOf(source) === '[object WebAssembly.Module]') return source as WebAssembly.Module
  if (typeof source === 'string' || 'href' in source) return compile(await fetch(source))
  if (!('headers' in source)) return WebAssembly.compile(source as BufferSource)
  if (!source.ok) throw new Error(`${source.url} answered ${source.status}`)
  // Streaming needs the right type, which not every server knows.
  return source.headers.get('content-type') === 'application/wasm'
    ? WebAssembly.compileStreaming(source)
    : WebAssembly.compile(await source.arrayBuffer())
}
