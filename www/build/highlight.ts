import { readFile } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import type { Plugin } from 'vite'
import { Highlighter } from './highlighter.ts'

const SUFFIX = '?highlight'
// A prefix and an end of its own: no other plugin shall take the file for one to compile.
const PREFIX = '\0highlight:'

/**
 * `import { source, html } from './file?highlight'`: a file's text, and the same as HTML with its syntax highlighted,
 * by classes `code-…`. All is done when the site is built.
 */
export function highlight(): Plugin {
  const highlighter = new Highlighter()
  return {
    name: 'highlight',
    enforce: 'pre',
    resolveId(id, importer) {
      if (!id.endsWith(SUFFIX) || importer === undefined) return
      return `${PREFIX}${resolve(dirname(importer), id.slice(0, -SUFFIX.length))}.js`
    },
    async load(id) {
      if (!id.startsWith(PREFIX)) return
      const file = id.slice(PREFIX.length, -'.js'.length)
      this.addWatchFile(file)
      const source = await readFile(file, 'utf8')
      const html = await highlighter.html(source, extname(file).slice(1))
      return `export const source = ${JSON.stringify(source)}\nexport const html = ${JSON.stringify(html)}`
    },
    closeBundle: () => highlighter.dispose(),
  }
}
