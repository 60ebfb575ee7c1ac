import { readFileSync } from 'node:fs'

/** A block of code in the README, or in a page of docs/. */
export interface Block {
  language: string
  code: string
  /** What the comment in its first line says. */
  title: string
}

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const FETCH = readFileSync(new URL('../../docs/fetch.md', import.meta.url), 'utf8')
const AI_SDK = readFileSync(new URL('../../docs/ai-sdk.md', import.meta.url), 'utf8')
const SHARING = readFileSync(new URL('../../docs/sharing.md', import.meta.url), 'utf8')

function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
    language,
    code,
    title: /^(?:\/\/|<!--) (.*?)(?: -->)?\n/.exec(code)?.[1] ?? '',
  }))
}

/** All of the README's and of these pages of docs/, in order. */
export const BLOCKS: readonly Block[] = [README, SHARING, FETCH, AI_SDK].flatMap(blocksOf)

/** The code of the one block with that title. */
export function titled(title: string): string {
  const found = BLOCKS.filter((block) => block.title === title)
  if (found.length !== 1) throw new Error(`there are ${found.length} blocks \`${title}\``)
  return found[0]!.code
}
