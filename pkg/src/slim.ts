/**
 * All of `sluicegate`, but the WebAssembly module: `init()` says where that is, for pages that want
 * it compiled while it streams in, and for hosts that compile it themselves.
 *
 * Built with `module/slim.ts` in the place of `module/embedded.ts`.
 */

export * from './index.js'
export { init, type WasmSource } from './module/slim.js'
