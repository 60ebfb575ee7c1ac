import { readdirSync, readFileSync } from 'node:fs'

/** A block of code in the README, or in a page of docs/. */
export interface Block {
  /** The page and the line of its fence. */
  place: string
  language: string
  code: string
  /** What the comment in its first line says. */
  title: string
}

const ROOT = new URL('../../', import.meta.url)

/** The README and the pages of docs/. */
export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(new URL('docs', ROOT))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

export function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8')
}

function blocksOf(path: string): Block[] {
  const page = read(path)
  return [...page.matchAll(/^```(\S*)\n(.*?)^```$/gms)].map((match) => {
    const [, language = '', code = ''] = match
    return {
      place: `${path}:${page.slice(0, match.index).split('\n').length}`,
      language,
      code,
      title: /^(?:\/\/|<!--) (.*?)(?: -->)?\n/.exec(code)?.[1] ?? '',
    }
  })
}

/** All blocks of all pages, in order. */
export const BLOCKS: readonly Block[] = PAGES.flatMap(blocksOf)

/** The code of the one block with that title. */
export function titled(title: string): string {
  const found = BLOCKS.filter((block) => block.title === title)
  if (found.length !== 1) throw new Error(`there are ${found.length} blocks \`${title}\``)
  return found[0]!.code
}
