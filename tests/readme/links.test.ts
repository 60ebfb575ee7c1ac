/**
 * Every link in the repository's Markdown files leads somewhere: to a file or folder, and to a heading in it. Links to
 * other sites are checked for their form only.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { test } from 'node:test'
import GithubSlugger from 'github-slugger'
import { lexer, type Token, walkTokens } from 'marked'
import { repositoryPaths, ROOT } from '../prose/files.js'

const PATHS = new Set(['.', ...repositoryPaths()])

interface Page {
  anchors: Set<string>
  links: string[]
  /** Links by a reference that is defined nowhere: Markdown shows their brackets. */
  undefinedLinks: string[]
}

function textOf(token: Token): string {
  const { tokens, text = '' } = token as { tokens?: Token[]; text?: string }
  return tokens ? tokens.map(textOf).join('') : text
}

function readPage(markdown: string): Page {
  const slugger = new GithubSlugger()
  const page: Page = { anchors: new Set(), links: [], undefinedLinks: [] }
  walkTokens(lexer(markdown), (token) => {
    if (token.type === 'heading') page.anchors.add(slugger.slug(textOf(token)))
    else if (token.type === 'link' || token.type === 'image') page.links.push(token.href as string)
    else if (token.type === 'html') {
      for (const [, name, value] of token.raw.matchAll(/\b(id|name|href|src|srcset)="([^"]*)"/g)) {
        if (name === 'id' || name === 'name') page.anchors.add(value!)
        else page.links.push(value!)
      }
    } else if (token.type === 'text' && !('tokens' in token && token.tokens)) {
      page.undefinedLinks.push(...(token.raw.match(/\[[^[\]]+\]\[[^[\]]*\]/g) ?? []))
    }
  })
  return page
}

const pages = new Map(
  [...PATHS]
    .filter((path) => path.endsWith('.md'))
    .map((path) => [path, readPage(readFileSync(ROOT + path, 'utf8'))]),
)

/** Returns what is wrong with a link in `file`, if anything is. */
function problemOf(file: string, link: string): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(link)) return problemOfUrl(link)
  const [path = '', anchor] = link.split('#')
  if (path.startsWith('/')) return 'starts with a slash: make it relative to the file'
  const target = path === '' ? file : posix.join(posix.dirname(file), decodeURIComponent(path))
  if (!PATHS.has(target.replace(/\/$/, ''))) return 'no such file or folder'
  if (anchor === undefined) return undefined
  if (!target.endsWith('.md')) return undefined
  return pages.get(target)?.anchors.has(decodeURIComponent(anchor))
    ? undefined
    : `no such heading in ${target}`
}

function problemOfUrl(link: string): string | undefined {
  if (link.startsWith('mailto:')) return undefined
  if (!URL.canParse(link)) return 'does not parse as a URL'
  const { protocol, hostname } = new URL(link)
  const isLocal = hostname === 'localhost' || hostname === '127.0.0.1'
  return protocol === 'https:' || (isLocal && protocol === 'http:') ? undefined : 'is not HTTPS'
}

for (const [file, { links, undefinedLinks }] of pages) {
  test(`the links of ${file}`, () => {
    const problems = links.flatMap((link) => {
      const problem = problemOf(file, link)
      return problem === undefined ? [] : `${link}: ${problem}`
    })
    problems.push(...undefinedLinks.map((link) => `${link}: defined nowhere`))
    assert.deepEqual(problems, [])
  })
}
