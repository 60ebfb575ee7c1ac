import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const oldest = createRequire(new URL('../../oldest/package.json', import.meta.url))
const folderOf = (name: string) => dirname(oldest.resolve(`${name}/package.json`))

interface Page {
  name: string
  entry: string
  /** Packages to take from elsewhere. */
  alias?: Record<string, string>
}

/** The pages under test. React's are development builds, in StrictMode: only those mount twice. */
export const PAGES: readonly Page[] = [
  { name: 'vue', entry: 'vue.ts' },
  { name: 'react', entry: 'react.tsx' },
  {
    name: 'react-18',
    entry: 'react.tsx',
    alias: { react: folderOf('react'), 'react-dom': folderOf('react-dom') },
  },
]

/** Writes each page to a folder, as `name.html`. */
export async function buildSite(folder: string): Promise<void> {
  for (const { name, entry, alias } of PAGES) {
    await build({
      entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
      outfile: join(folder, `${name}.js`),
      bundle: true,
      format: 'esm',
      target: 'es2022',
      jsx: 'automatic',
      ...(alias && { alias }),
    })
    await writeFile(
      join(folder, `${name}.html`),
      `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>${name}</title>
<body><script type="module" src="${name}.js"></script></body>`,
    )
  }
}
