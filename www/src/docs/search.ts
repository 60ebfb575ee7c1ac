import MiniSearch from 'minisearch'
import sections from 'virtual:docs-sections'

/** A section that was found, and the part of its text that says so. */
export interface Hit {
  href: string
  page: string
  heading: string
  excerpt: string
}

const MOST = 10
/** How much of a text is shown, and how much of that goes before the word that was found. */
const EXCERPT = 140
const BEFORE = 40

const index = new MiniSearch({
  idField: 'href',
  fields: ['heading', 'page', 'text'],
  // Names in code are words, and their parts, too: `idleTimeout`, `data-*`.
  tokenize: (text) => text.split(/[^\p{L}\p{N}_$]+/u).filter((word) => word !== ''),
  searchOptions: {
    boost: { heading: 4, page: 3 },
    prefix: true,
    fuzzy: (term) => (term.length > 4 ? 0.2 : false),
    combineWith: 'AND',
  },
})
index.addAll(sections)
const byHref = new Map(sections.map((section) => [section.href, section]))

/** Finds the sections that have all these words, the best first. */
export function find(words: string): Hit[] {
  return index
    .search(words)
    .slice(0, MOST)
    .map(({ id, terms }) => {
      const { href, page, heading, text } = byHref.get(String(id))!
      return { href, page, heading, excerpt: excerptOf(text, terms) }
    })
}

function excerptOf(text: string, terms: string[]): string {
  const lower = text.toLowerCase()
  const at = Math.max(
    0,
    Math.min(...terms.map((term) => lower.indexOf(term)).filter((i) => i >= 0)),
  )
  const from = Number.isFinite(at) && at > BEFORE ? text.indexOf(' ', at - BEFORE) + 1 : 0
  const end = from + EXCERPT
  return (from > 0 ? '… ' : '') + text.slice(from, end) + (end < text.length ? ' …' : '')
}
