// Builds dist/ from src/ and from the modules that cargo compiled: see xtask/src/build.rs.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { toJavaScript } from './compat.mjs'
import { MODULE_TYPES, toModule } from './embed.mjs'
import { shrink, typesOf } from './exports.mjs'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const target = process.env.CARGO_TARGET_DIR ?? path('../target')
const generated = path('src/generated')

rmSync(path('dist'), { recursive: true, force: true })
rmSync(generated, { recursive: true, force: true })
mkdirSync(generated, { recursive: true })

const esm = { bundle: true, format: 'esm', target: 'es2022' }

const compiled = 'wasm32-unknown-unknown/wasm/sluicegate.wasm'
const wasm = shrink(readFileSync(`${target}/${compiled}`))
writeFileSync(`${generated}/module.js`, toModule(wasm))
writeFileSync(`${generated}/module.d.ts`, MODULE_TYPES)
writeFileSync(`${generated}/exports.d.ts`, typesOf(wasm))

await build({
  ...esm,
  entryPoints: [toJavaScript(`${target}/compat/${compiled}`)],
  outfile: `${generated}/compat.js`,
  minify: true,
})
writeFileSync(`${generated}/compat.d.ts`, "export * from './exports.js'\n")

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
