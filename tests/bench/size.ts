// `cargo xtask size`: what a page downloads for each entry, bundled and minified as its tools do it.

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

interface Entry {
  entry: string
  /** What a page imports of it. */
  imports: string
  /** The most bytes that it may be, in brotli. */
  budget: number
  /** A file that is downloaded, too. */
  file?: string
  /** Only what it adds to `openStream` counts. */
  isAddition?: true
}

const ENTRIES: Entry[] = [
  { entry: '.', imports: 'openStream', budget: 22_500 },
  { entry: '. (decode)', imports: 'decode', budget: 16_500 },
  { entry: './slim', imports: 'openStream, init', file: 'sluicegate/wasm', budget: 22_800 },
  { entry: './compat', imports: 'openStream', budget: 27_500 },
  {
    entry: './eventsource',
    imports: 'EventSource, installEventSource',
    budget: 3_500,
    isAddition: true,
  },
  { entry: './fetch', imports: 'createFetch', budget: 1_500, isAddition: true },
  { entry: './ai-sdk', imports: 'SluicegateChatTransport', budget: 2_000, isAddition: true },
  { entry: './fetch-event-source', imports: 'fetchEventSource', budget: 1_500, isAddition: true },
  {
    entry: './llm',
    imports: 'textOf, deltasOf, openChat, textReader',
    budget: 5_500,
    isAddition: true,
  },
  { entry: './vue', imports: 'useEventStream', budget: 1_500, isAddition: true },
  { entry: './react', imports: 'useEventStream', budget: 1_500, isAddition: true },
]

const HERE = fileURLToPath(new URL('.', import.meta.url))

const { values: options } = parseArgs({ options: { json: { type: 'string' } } })

interface Size {
  brotli: number
  gzip: number
}

/** The size of a module that exports these, with all that it imports, and of a file beside it. */
async function bundle(contents: string, file?: string): Promise<Size> {
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
  const parts = outputFiles.map((output) => output.contents)
  if (file !== undefined) parts.push(readFileSync(createRequire(import.meta.url).resolve(file)))
  const sum = (sizeOf: (part: Uint8Array) => number) =>
    parts.reduce((total, part) => total + sizeOf(part), 0)
  return {
    brotli: sum((part) => brotliCompressSync(part).length),
    gzip: sum((part) => gzipSync(part, { level: 9 }).length),
  }
}

const CORE = `export { openStream } from 'sluicegate'`
const core = await bundle(CORE)

const sizes = await Promise.all(
  ENTRIES.map(async ({ entry, imports, budget, file, isAddition }) => {
    const path = entry.split(' ')[0]!.slice(1)
    const own = `export { ${imports} } from 'sluicegate${path}'`
    if (!isAddition) return { entry, ...(await bundle(own, file)), budget, beyond: '' }
    const { brotli, gzip } = await bundle(`${CORE}\n${own}`)
    const beyond = ' beyond `openStream`'
    return { entry, brotli: brotli - core.brotli, gzip: gzip - core.gzip, budget, beyond }
  }),
)

for (const { entry, brotli, gzip, budget, beyond } of sizes) {
  const verdict = brotli <= budget ? 'within' : 'OVER'
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
