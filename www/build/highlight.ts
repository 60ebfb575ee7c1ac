import { readFile } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { createCssVariablesTheme, createHighlighter } from 'shiki'
import type { Plugin } from 'vite'

/** The languages of files by their names' ends, where they differ. */
const LANGUAGES: Record<string, string> = {
  rs: 'rust',
  py: 'python',
  js: 'javascript',
  ts: 'typescript',
}

const SUFFIX = '?highlight'
// A prefix and an end of its own: no other plugin shall take the file for one to compile.
const PREFIX = '\0highlight:'

/**
 * `import { source, html } from './file?highlight'`: a file's text, and the same as HTML with its syntax highlighted,
 * by classes `code-…`. All is done when the site is built.
 */
export function highlight(): Plugin {
  const highlighter = createHighlighter({
    themes: [createCssVariablesTheme({ variablePrefix: '--code-' })],
    langs: [
      'html',
      'vue',
      'jsx',
      'tsx',
      'svelte',
      'javascript',
      'typescript',
      'rust',
      'python',
      'java',
    ],
  })
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
      const extension = extname(file).slice(1)
      const html = (await highlighter).codeToHtml(source, {
        lang: LANGUAGES[extension] ?? extension,
        theme: 'css-variables',
        // What scrolls is around it.
        tabindex: false,
        transformers: [{ pre: withoutStyle, span: withoutStyle }],
      })
      return `export const source = ${JSON.stringify(source)}\nexport const html = ${JSON.stringify(html)}`
    },
    async closeBundle() {
      ;(await highlighter).dispose()
    },
  }
}

/** Turns `style="color:var(--code-…)"` into `class="code-…"`: the site's policy allows no style in an attribute. */
function withoutStyle({ properties }: { properties: Record<string, unknown> }): void {
  const name = /^color:var\(--(code-[\w-]+)\)$/.exec(String(properties['style']))?.[1]
  if (name !== undefined) properties['class'] = name
  delete properties['style']
}
