import { Miniflare } from 'miniflare'

const server = new Miniflare({
  scriptPath: 'dist/worker.js',
  modules: true,
  modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm'] }],
  compatibilityDate: '2026-04-01',
  host: '127.0.0.1',
  cf: false,
})
console.log(`listening on ${await server.ready}`)
