import { lexer, type Token, type Tokens } from 'marked'

/** A page as the table of contents lists it. */
export interface Entry {
  /** Its file in `docs`, such as `resuming.md`. */
  file: string
  title: string
  /** What the list says about it, in Markdown. */
  summary: string
}

/** A part of the table of contents. `title` is `''` for pages above the first heading. */
export interface Part {
  title: string
  entries: Entry[]
}

const PAGE = /^[\w-]+\.md$/

/**
 * Reads the table of contents, `docs/README.md`: lists of `[Title](file.md): one line`. What is above a list names its
 * part: a heading, or the item around it. Links to other places are no pages.
 */
export function contentsOf(markdown: string): Part[] {
  const parts: Part[] = []
  let title = ''
  const add = (entry: Entry) => {
    const last = parts.at(-1)
    if (last?.title === title) last.entries.push(entry)
    else parts.push({ title, entries: [entry] })
  }
  const visit = (list: Tokens.List) => {
    for (const item of list.items) {
      const inline = item.tokens.find((token) => 'tokens' in token && token.type !== 'list')
      const link = inline && (inline as Tokens.Text).tokens?.find(isPageLink)
      if (link) add({ file: link.href, title: link.text, summary: summaryOf(inline.raw, link.raw) })
      const nested = item.tokens.filter((token) => token.type === 'list') as Tokens.List[]
      if (nested.length > 0 && !link && inline) title = (inline as Tokens.Text).text
      nested.forEach(visit)
    }
  }
  for (const token of lexer(markdown)) {
    if (token.type === 'heading') title = token['depth'] === 1 ? '' : (token as Tokens.Heading).text
    if (token.type === 'list') visit(token as Tokens.List)
  }
  return parts
}

function isPageLink(token: Token): token is Tokens.Link {
  return token.type === 'link' && PAGE.test((token as Tokens.Link).href)
}

function summaryOf(item: string, link: string): string {
  return item
    .slice(item.indexOf(link) + link.length)
    .replace(/^[\s:.–-]+/, '')
    .trim()
}
