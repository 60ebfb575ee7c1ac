/**
 * The same as `sluicegate`, compiled to JavaScript, which is slower: for pages whose Content Security
 * Policy forbids WebAssembly, and for engines without SIMD.
 *
 * Built with `module/compat.ts` in the place of `module/embedded.ts`.
 */

export * from './index.js'
