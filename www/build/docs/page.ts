import type { Entry, Part } from './contents.ts'
import { htmlOf } from './links.ts'
import { type Article, attribute } from './markdown.ts'

/** What a page is made of. `file` is its Markdown in `docs`. */
export interface Page {
  file: string
  entry: Entry
  article: Article
  parts: Part[]
  previous: Entry | undefined
  next: Entry | undefined
}

/**
 * A page as HTML that is complete without scripts. `src/docs/main.ts` adds the masthead, the search and the buttons,
 * and says what has `data-word` in the visitor's language; the pages themselves are in English.
 */
export function documentOf({ file, entry, article, parts, previous, next }: Page): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="description" content="${attribute(entry.summary.replaceAll(/[`*]/g, ''))}" />
    <title>${attribute(entry.title)} · Sluicegate</title>
    <link rel="icon" type="image/svg+xml" href="../src/gate.svg" />
    <link rel="stylesheet" href="../src/styles/theme.css" />
    <link rel="stylesheet" href="../src/styles/code.css" />
    <link rel="stylesheet" href="../src/styles/docs.css" />
    <script type="module" src="../src/docs/main.ts"></script>
  </head>
  <body>
    <div id="app"></div>
    <div class="docs">
      <div class="docs-side">
        <div id="search"></div>
        <button type="button" class="docs-unfold" aria-expanded="false" aria-controls="docs-pages" data-word="docsPages">All pages</button>
        <nav id="docs-pages" aria-label="Documentation" data-label="docs">
          <p><a lang="en" href="index.html"${current(file, 'README.md')}>Documentation</a></p>
          ${parts.map((part) => partOf(part, file)).join('\n')}
        </nav>
      </div>
      <main>
        <article lang="en">
${article.html}
        </article>
        <nav class="docs-turn" aria-label="Previous and next page" data-label="docsTurn">
          ${turn(previous, 'prev', 'docsPrevious', 'Previous')}
          ${turn(next, 'next', 'docsNext', 'Next')}
        </nav>
      </main>
      ${outline(article)}
    </div>
  </body>
</html>
`
}

function partOf({ title, entries }: Part, file: string): string {
  const links = entries.map(
    (entry) =>
      `<li><a href="${htmlOf(entry.file)}"${current(file, entry.file)}>${attribute(entry.title)}</a></li>`,
  )
  const heading = title === '' ? '' : `<p>${attribute(title)}</p>`
  return `<div lang="en">${heading}<ul>${links.join('')}</ul></div>`
}

function turn(entry: Entry | undefined, rel: string, word: string, english: string): string {
  if (!entry) return ''
  return `<a rel="${rel}" href="${htmlOf(entry.file)}"><span data-word="${word}">${english}</span> <strong lang="en">${attribute(entry.title)}</strong></a>`
}

function outline({ headings }: Article): string {
  const shown = headings.filter(({ depth }) => depth <= 3)
  if (shown.length < 2) return ''
  const links = shown.map(
    ({ id, text, depth }) =>
      `<li class="depth-${depth}"><a href="#${id}">${attribute(text)}</a></li>`,
  )
  return `<nav class="docs-outline" aria-label="On this page" data-label="docsOutline">
        <p data-word="docsOutline">On this page</p>
        <ul lang="en">${links.join('')}</ul>
      </nav>`
}

const current = (file: string, of: string): string => (file === of ? ' aria-current="page"' : '')
