import GithubSlugger from 'github-slugger'
import { Marked, type Token, type Tokens } from 'marked'
import type { Highlighter } from '../highlighter.ts'
import { hrefOf, type Places } from './links.ts'

/** A heading below the title of a page. */
export interface Heading {
  /** The anchor, as GitHub makes it. */
  id: string
  text: string
  depth: number
}

/** What is found by a search: a heading, and the text under it. */
export interface Section {
  /** `''` for what is above the first heading. */
  id: string
  heading: string
  text: string
}

/** A page's Markdown, rendered. */
export interface Article {
  html: string
  headings: Heading[]
  sections: Section[]
}

/** Renders the Markdown of a page in `docs`. */
export async function articleOf(
  markdown: string,
  places: Places,
  highlighter: Highlighter,
): Promise<Article> {
  const ids = new Map<Token, string>()
  const listings = new Map<Token, string>()
  const marked = new Marked({
    renderer: {
      code: (token) =>
        `<div class="listing"><div class="code" tabindex="0" role="group" aria-label="Code">${listings.get(token)}</div></div>\n`,
      heading(token) {
        const { depth } = token
        const id = ids.get(token)
        const inner = this.parser.parseInline(token.tokens)
        // The heading is a link to itself, unless there are links in it.
        const isPlain = depth > 1 && !inner.includes('<a ')
        const linked = isPlain ? `<a class="anchor" href="#${id}">${inner}</a>` : inner
        return `<h${depth} id="${id}">${linked}</h${depth}>\n`
      },
      html: ({ text }) => text.replaceAll(/<!--.*?-->/gs, ''),
      link({ href, title: hint, tokens }) {
        const inner = this.parser.parseInline(tokens)
        const target = hrefOf(href, places)
        if (target === undefined) return `<span title="${attribute(href)}">${inner}</span>`
        const hinted = hint ? ` title="${attribute(hint)}"` : ''
        return `<a href="${attribute(target)}"${hinted}>${inner}</a>`
      },
      table(token) {
        const row = (cells: Tokens.TableCell[]) =>
          `<tr>${cells.map((cell) => this.tablecell(asHeader(cell))).join('')}</tr>\n`
        return `<div class="table" tabindex="0" role="group" aria-label="Table"><table>
<thead>${row(token.header)}</thead>
<tbody>${token.rows.map(row).join('')}</tbody>
</table></div>\n`
      },
    },
  })

  const slugger = new GithubSlugger()
  const tokens = marked.lexer(markdown)
  await Promise.all(
    marked.walkTokens(tokens, async (token) => {
      if (token.type === 'heading') ids.set(token, slugger.slug(plainOf([token])))
      if (token.type !== 'code') return
      const { lang = '', text } = token as Tokens.Code
      listings.set(token, await highlighter.html(text, lang.split(/\s/)[0] || 'text'))
    }),
  )
  return { html: marked.parser(tokens), ...outlineOf(tokens, ids) }
}

/** An empty cell heads nothing. */
const asHeader = (cell: Tokens.TableCell): Tokens.TableCell =>
  cell.text === '' ? { ...cell, header: false } : cell

function outlineOf(tokens: Token[], ids: ReadonlyMap<Token, string>): Omit<Article, 'html'> {
  const headings: Heading[] = []
  const sections: Section[] = [{ id: '', heading: '', text: '' }]
  for (const token of tokens) {
    const text = plainOf([token])
    if (token.type !== 'heading') {
      sections.at(-1)!.text += `${text}\n`
    } else if (token['depth'] > 1) {
      const id = ids.get(token)!
      headings.push({ id, text, depth: token['depth'] as number })
      sections.push({ id, heading: text, text: '' })
    }
  }
  return { headings, sections }
}

/** The text of tokens without its markup. */
function plainOf(tokens: Token[]): string {
  return tokens
    .map((token) => {
      switch (token.type) {
        case 'html':
          return ''
        case 'list':
          return (token as Tokens.List).items.map(({ tokens }) => plainOf(tokens)).join('\n')
        case 'table': {
          const { header, rows } = token as Tokens.Table
          return [header, ...rows]
            .map((cells) => cells.map(({ tokens }) => plainOf(tokens)).join(' '))
            .join('\n')
        }
        default:
          return token.type !== 'code' && 'tokens' in token && token.tokens
            ? plainOf(token.tokens)
            : unescape('text' in token ? String(token['text']) : token.raw)
      }
    })
    .join('')
}

const unescape = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

/** A text as an attribute's value. */
export const attribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
