import { readFileSync } from 'node:fs'

/** A block of code in the README. */
export interface Block {
  language: string
  code: string
  /** What the comment in its first line says. */
  title: string
}

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** All of the README's, in order. */
export const BLOCKS: readonly Block[] = [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = '', code = '']) => ({
    language,
    code,
    title: /^(?:\/\/|<!--) (.*?)(?: -->)?\n/.exec(code)?.[1] ?? '',
  }),
)

/** The code of the one block with that title. */
export function titled(title: string): string {
  const found = BLOCKS.filter((block) => block.title === title)
  if (found.length !== 1) throw new Error(`the README has ${found.length} blocks \`${title}\``)
  return found[0]!.code
}
