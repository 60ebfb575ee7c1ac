/**
 * The same as `sluicegate`, without the embedded WebAssembly module: pass it to `init()`. For pages
 * that compile the module while it downloads, and for hosts that compile it themselves.
 *
 * Built with `module/slim.ts` in the place of `module/embedded.ts`.
 */

export * from './index.js'
export { init, type WasmSource } from './module/slim.js'
