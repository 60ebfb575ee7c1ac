/**
 * All of `sluicegate` in JavaScript, for pages whose Content Security Policy forbids WebAssembly,
 * and for engines without SIMD. The same Rust, slower.
 *
 * Built with `module/compat.ts` in the place of `module/embedded.ts`.
 */

export * from './index.js'
