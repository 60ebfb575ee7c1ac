// `cargo xtask size`: what a page downloads for each entry, bundled and minified as its tools do it.

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Each entry: what a page imports of it, and the most bytes that it may be, in brotli. */
const ENTRIES = [{ entry: '.', imports: 'openStream', budget: 25_000 }]

const HERE = fileURLToPath(new URL('.', import.meta.url))

const { values: options } = parseArgs({ options: { json: { type: 'string' } } })

const sizes = await Promise.all(
  ENTRIES.map(async ({ entry, imports, budget }) => {
    const specifier = entry === '.' ? 'sluicegate' : `sluicegate/${entry.slice(2)}`
    const { outputFiles } = await build({
      stdin: { contents: `export { ${imports} } from '${specifier}'`, resolveDir: HERE },
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      charset: 'utf8',
      write: false,
    })
    const code = outputFiles[0]!.contents
    return {
      entry,
      brotli: brotliCompressSync(code).length,
      gzip: gzipSync(code, { level: 9 }).length,
      budget,
    }
  }),
)

for (const { entry, brotli, gzip, budget } of sizes) {
  const verdict = brotli <= budget ? 'within' : 'OVER'
  console.log(
    `${entry}: ${brotli} bytes in brotli, ${gzip} in gzip; ${verdict} the budget of ${budget}`,
  )
  if (brotli > budget) process.exitCode = 1
}
if (options.json !== undefined) {
  // npm changes the directory; what the user typed is relative to where they were.
  const file = resolve(process.env['INIT_CWD'] ?? '.', options.json)
  const entries = sizes.map(({ entry, brotli, gzip }) => ({ entry, brotli, gzip }))
  writeFileSync(file, `${JSON.stringify({ entries }, null, 2)}\n`)
}
