// Builds dist/ from src/ and from what wasm-bindgen left in target/npm.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { toJavaScript } from './compat.mjs'
import { MODULE_TYPES, toModule } from './embed.mjs'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const target = process.env.CARGO_TARGET_DIR ?? path('../target')
const generated = path('src/generated')

rmSync(path('dist'), { recursive: true, force: true })
rmSync(generated, { recursive: true, force: true })
mkdirSync(generated, { recursive: true })

const NAMES = 'StreamHandle, error_text, format_of, input_buffer, is_retryable'
const esm = { bundle: true, format: 'esm', target: 'es2022' }
// The glue makes both at import. Where they are missing, that is to be an error only once they are needed.
const coders = 'class{decode(){}},TextEncoder=class{encodeInto(){}}'
const glue = { ...esm, banner: { js: `const{TextDecoder=${coders}}=globalThis` } }

// Bundling drops the glue's own loader: bundlers would look for a .wasm file on seeing it.
await build({
  ...glue,
  stdin: {
    contents: `export { ${NAMES}, initSync } from './sluicegate.js'`,
    resolveDir: `${target}/npm`,
  },
  outfile: `${generated}/glue.js`,
})
const types = readFileSync(`${target}/npm/sluicegate.d.ts`, 'utf8')
writeFileSync(`${generated}/glue.d.ts`, types)

const wasm = readFileSync(`${target}/npm/sluicegate_bg.wasm`)
writeFileSync(`${generated}/module.js`, toModule(wasm))
writeFileSync(`${generated}/module.d.ts`, MODULE_TYPES)

const compat = `${target}/npm-compat`
toJavaScript(compat)
await build({
  ...glue,
  stdin: {
    contents: `
      import * as exports from './sluicegate_bg.wasm.js'
      import { __wbg_set_wasm } from './sluicegate_bg.js'
      __wbg_set_wasm(exports)
      export const { memory } = exports
      export { ${NAMES} } from './sluicegate_bg.js'`,
    resolveDir: compat,
  },
  outfile: `${generated}/compat.js`,
  minify: true,
})
writeFileSync(
  `${generated}/compat.d.ts`,
  `export { ${NAMES} } from './glue.js'\n
/** The module's memory. */
export declare const memory: { readonly buffer: ArrayBuffer }\n`,
)

execFileSync(path('../node_modules/.bin/tsc'), ['--project', path('.')], { stdio: 'inherit' })
cpSync(generated, path('dist/generated'), { recursive: true })
writeFileSync(path('dist/sluicegate.wasm'), wasm)
await bundleWith('slim')
await bundleWith('compat')

/** Bundles an entry with a module of its own in the place of the embedded one. */
async function bundleWith(name) {
  await build({
    ...esm,
    entryPoints: [path(`dist/${name}.js`)],
    outfile: path(`dist/${name}.js`),
    allowOverwrite: true,
    // The sources are in the package.
    sourcemap: true,
    sourcesContent: false,
    plugins: [
      {
        name,
        setup: ({ onResolve }) => {
          onResolve({ filter: /\/embedded\.js$/ }, () => ({
            path: path(`dist/module/${name}.js`),
          }))
          // It is minified already, and has no source.
          onResolve({ filter: /\/generated\// }, ({ path }) => ({
            path: path.replace('..', '.'),
            external: true,
          }))
        },
      },
    ],
  })
}
