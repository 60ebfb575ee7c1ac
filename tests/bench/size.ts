// `cargo xtask size`: what a page downloads for each entry, bundled and minified as its tools do it.

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/**
 * Each entry: what a page imports of it, and the most bytes that it may be, in brotli. Of all but
 * the first only what they add to it counts.
 */
const ENTRIES = [
  { entry: '.', imports: 'openStream', budget: 25_000 },
  { entry: './llm', imports: 'textOf, deltasOf, openChat, textReader', budget: 4_000 },
  { entry: './vue', imports: 'useEventStream', budget: 1_500 },
  { entry: './react', imports: 'useEventStream', budget: 1_500 },
]

const HERE = fileURLToPath(new URL('.', import.meta.url))

const { values: options } = parseArgs({ options: { json: { type: 'string' } } })

interface Size {
  brotli: number
  gzip: number
}

/** The size of a module that exports these, with all that it imports. */
async function bundle(contents: string): Promise<Size> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: HERE },
    bundle: true,
    // The page has them anyway.
    external: ['react', 'vue'],
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    write: false,
  })
  const code = outputFiles[0]!.contents
  return { brotli: brotliCompressSync(code).length, gzip: gzipSync(code, { level: 9 }).length }
}

const CORE = `export { ${ENTRIES[0]!.imports} } from 'sluicegate'`
const core = await bundle(CORE)

const sizes = await Promise.all(
  ENTRIES.map(async ({ entry, imports, budget }) => {
    if (entry === '.') return { entry, ...core, budget }
    const { brotli, gzip } = await bundle(
      `${CORE}\nexport { ${imports} } from 'sluicegate/${entry.slice(2)}'`,
    )
    return { entry, brotli: brotli - core.brotli, gzip: gzip - core.gzip, budget }
  }),
)

for (const { entry, brotli, gzip, budget } of sizes) {
  const verdict = brotli <= budget ? 'within' : 'OVER'
  const beyond = entry === '.' ? '' : ' beyond `openStream`'
  console.log(
    `${entry}: ${brotli} bytes${beyond} in brotli, ${gzip} in gzip; ${verdict} the budget of ${budget}`,
  )
  if (brotli > budget) process.exitCode = 1
}
if (options.json !== undefined) {
  // npm changes the directory; what the user typed is relative to where they were.
  const file = resolve(process.env['INIT_CWD'] ?? '.', options.json)
  const entries = sizes.map(({ entry, brotli, gzip }) => ({ entry, brotli, gzip }))
  writeFileSync(file, `${JSON.stringify({ entries }, null, 2)}\n`)
}
