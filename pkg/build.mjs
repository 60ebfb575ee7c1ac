// Builds dist/ from src/ and from what wasm-bindgen left in target/npm.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { toStringLiteral } from './embed.mjs'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const target = process.env.CARGO_TARGET_DIR ?? path('../target')
const generated = path('src/generated')

rmSync(path('dist'), { recursive: true, force: true })
rmSync(generated, { recursive: true, force: true })
mkdirSync(generated, { recursive: true })

// Bundling drops the glue's own loader: bundlers would look for a .wasm file on seeing it.
await build({
  stdin: {
    contents: `export { RawStream, initSync, is_ndjson, is_unavailable, message, room } from './sluicegate.js'`,
    resolveDir: `${target}/npm`,
  },
  outfile: `${generated}/glue.js`,
  bundle: true,
  format: 'esm',
  target: 'es2022',
})
const types = readFileSync(`${target}/npm/sluicegate.d.ts`, 'utf8')
writeFileSync(`${generated}/glue.d.ts`, types)

const wasm = readFileSync(`${target}/npm/sluicegate_bg.wasm`)
writeFileSync(`${generated}/module.js`, `export const text = ${toStringLiteral(wasm)}\n`)
writeFileSync(
  `${generated}/module.d.ts`,
  `/** The WebAssembly module, one byte a character. */\nexport declare const text: string\n`,
)

execFileSync(path('../node_modules/.bin/tsc'), ['--project', path('.')], { stdio: 'inherit' })
cpSync(generated, path('dist/generated'), { recursive: true })
