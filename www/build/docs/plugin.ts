import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { type DocsSite, readDocs } from './site.ts'
import { Highlighter } from '../highlighter.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const DOCS = at('../../../docs')
const MANIFEST = at('../../../pkg/package.json')
/** Where the pages would be if they were files. */
const PAGES = at('../../docs/')
/** The module with what the search knows. */
const SECTIONS = 'virtual:docs-sections'

/** The section `docs/` of the site: a page for each Markdown file of the repository's `docs`, and what the search knows. */
export function docs(): Plugin {
  const highlighter = new Highlighter()
  let site: Promise<DocsSite> | undefined
  const read = () => (site ??= readDocs(DOCS, MANIFEST, highlighter))
  return {
    name: 'docs',
    enforce: 'pre',
    async config() {
      const { pages } = await read()
      // Its own inputs, next to those of the configuration.
      return {
        build: { rolldownOptions: { input: Array.from(pages.keys(), (name) => PAGES + name) } },
      }
    },
    resolveId(id) {
      if (id === SECTIONS) return `\0${SECTIONS}`
      return id.startsWith(PAGES) && id.endsWith('.html') ? id : undefined
    },
    async load(id) {
      const { pages, sections } = await read()
      if (id === `\0${SECTIONS}`) return `export default ${JSON.stringify(sections)}`
      return id.startsWith(PAGES) ? pages.get(id.slice(PAGES.length)) : undefined
    },
    configureServer(server) {
      server.watcher.add(DOCS)
      server.watcher.on('change', (file) => {
        if (!file.startsWith(DOCS)) return
        site = undefined
        server.ws.send({ type: 'full-reload' })
      })
      server.middlewares.use(async (request, response, next) => {
        const path = /^\/docs\/([\w-]+\.html)?(?:\?|$)/.exec(request.url ?? '')
        const { pages } = await read()
        const page = path && pages.get(path[1] ?? 'index.html')
        if (!page) return next()
        response.setHeader('content-type', 'text/html; charset=utf-8')
        response.end(await server.transformIndexHtml(request.url!, page))
      })
    },
    closeBundle: () => highlighter.dispose(),
  }
}
