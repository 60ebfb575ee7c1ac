import { readFileSync } from 'node:fs'

/** A block of code in the README, or in another page. */
export interface Block {
  language: string
  code: string
  /** What the comment in its first line says. */
  title: string
}

/** All blocks of a page, in order. `page` is its path from the root. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
    language,
    code,
    title: /^(?:\/\/|<!--) (.*?)(?: -->)?\n/.exec(code)?.[1] ?? '',
  }))
}

/** All of the README's, in order. */
export const BLOCKS: readonly Block[] = blocksOf('README.md')

/** The code of the one block with that title. */
export function titled(title: string): string {
  const found = BLOCKS.filter((block) => block.title === title)
  if (found.length !== 1) throw new Error(`the README has ${found.length} blocks \`${title}\``)
  return found[0]!.code
}
