// What a page downloads for each entry, bundled and minified as a page's tools do it.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'

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

export const ENTRIES: readonly Entry[] = [
  { entry: '.', imports: 'openStream', budget: 25_650 },
  { entry: '. (decode)', imports: 'decode', budget: 16_500 },
  { entry: './slim', imports: 'openStream, init', file: 'sluicegate/wasm', budget: 25_600 },
  { entry: './compat', imports: 'openStream', budget: 29_750 },
  {
    entry: './eventsource',
    imports: 'EventSource, installEventSource',
    // `share` is loaded later, but what asks for it is here.
    budget: 3_850,
    isAddition: true,
  },
  { entry: './fetch', imports: 'createFetch', budget: 1_850, isAddition: true },
  { entry: './ai-sdk', imports: 'SluicegateChatTransport', budget: 2_000, isAddition: true },
  { entry: './fetch-event-source', imports: 'fetchEventSource', budget: 1_500, isAddition: true },
  { entry: './share', imports: 'shareStream', budget: 2_100, isAddition: true },
  {
    entry: './llm',
    imports: 'textOf, deltasOf, openChat, textReader',
    budget: 8_900,
    isAddition: true,
  },
  { entry: './vue', imports: 'useEventStream', budget: 1_660, isAddition: true },
  { entry: './react', imports: 'useEventStream', budget: 1_600, isAddition: true },
  { entry: './rxjs', imports: 'fromStream', budget: 200, isAddition: true },
]

export interface Size {
  entry: string
  brotli: number
  gzip: number
  /** Bytes by part, minified and not compressed. */
  parts: Record<string, number>
}

const HERE = fileURLToPath(new URL('.', import.meta.url))
const CORE = `export { openStream } from 'sluicegate'`

/** Measures all entries of the built package. */
export async function measureAll(): Promise<Size[]> {
  const core = await bundle(CORE)
  return Promise.all(
    ENTRIES.map(async ({ entry, imports, file, isAddition }) => {
      const path = entry.split(' ')[0]!.slice(1)
      const own = `export { ${imports} } from 'sluicegate${path}'`
      if (!isAddition) return { entry, ...(await bundle(own, file)) }
      const { brotli, gzip, parts } = await bundle(`${CORE}\n${own}`)
      return {
        entry,
        brotli: brotli - core.brotli,
        gzip: gzip - core.gzip,
        parts: beyond(parts, core.parts),
      }
    }),
  )
}

/** Leaves out what is loaded when it is needed. Bundlers make a file of its own of it. */
const laterOnes: Plugin = {
  name: 'later',
  setup: ({ onResolve }) => {
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    )
  },
}

/** Measures a module that exports these, with all that it imports, and a file beside it. */
export async function bundle(contents: string, file?: string): Promise<Omit<Size, 'entry'>> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: HERE },
    bundle: true,
    // The page has them anyway.
    external: ['react', 'rxjs', 'vue'],
    plugins: [laterOnes],
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    platform: 'browser',
    metafile: true,
    write: false,
  })
  const files = outputFiles.map((output) => output.contents)
  const parts: Record<string, number> = {}
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      if (bytesInOutput > 0) parts[path.replace(/^.*\/(dist|node_modules)\//, '')] = bytesInOutput
    }
  }
  if (file !== undefined) {
    const bytes = readFileSync(createRequire(import.meta.url).resolve(file))
    files.push(bytes)
    parts[file] = bytes.length
  }
  const sum = (sizeOf: (bytes: Uint8Array) => number) =>
    files.reduce((total, bytes) => total + sizeOf(bytes), 0)
  return {
    brotli: sum((bytes) => brotliCompressSync(bytes).length),
    gzip: sum((bytes) => gzipSync(bytes, { level: 9 }).length),
    parts,
  }
}

function beyond(parts: Record<string, number>, core: Record<string, number>) {
  const more = Object.entries(parts).map(([part, bytes]) => [part, bytes - (core[part] ?? 0)])
  return Object.fromEntries(more.filter(([, bytes]) => bytes !== 0)) as Record<string, number>
}
