import type { Token } from 'marked'
import { lex } from './bounded-lexer'
import { htmlOf, plainHtml, type SafeHtml, sanitized } from './safe-html'

/** An answer as HTML: `settled` blocks will not change again, `tail` is what still grows. */
export interface Blocks {
  settled: readonly SafeHtml[]
  tail: SafeHtml
}

/** A block that grows past so many characters is cut: no picture of an answer costs more than such a block. */
const MAX_BLOCK = 8000

/** The start of a fenced code block, which what is cut off of it has to begin with, too. */
const FENCE = /^ {0,3}(?:`{3,}|~{3,})[^\n]*\n/

/** A part of the text, and what it is. */
interface Block {
  raw: string
  /** `undefined` for what could not be understood as Markdown. */
  token: Token | undefined
}

/**
 * Renders Markdown that grows, one block at a time: what has settled is neither parsed nor laid out again. What a model
 * writes is not to be trusted: it is sanitized, and what is too deep, too long or too intricate shows as plain text.
 * Never throws.
 */
export class GrowingMarkdown {
  #settled: readonly SafeHtml[] = []
  /** How much of the text has settled. */
  #from = 0
  /** The fence of a code block whose beginning was cut off. */
  #fence = ''

  /** The blocks of a text, which has to begin with what it was before. `complete`: it will not grow any more. */
  render(growing: string, complete: boolean): Blocks {
    // As Markdown reads it anyway; here, so that its blocks are as long as the text.
    const text = growing.replaceAll(/\r\n?/g, '\n')
    while (text.length - this.#from > MAX_BLOCK) this.#settleSome(text)
    const rest = this.#fence + text.slice(this.#from)
    if (complete) {
      this.#settle(blocksOf(rest))
      return { settled: this.#settled, tail: '' }
    }
    // Only whole lines tell what a block is: a `2` may yet become the second item of a list.
    const lines = rest.slice(0, rest.lastIndexOf('\n') + 1)
    this.#settle(allButLast(blocksOf(lines)))
    const tail = blocksOf(this.#fence + text.slice(this.#from))
    return { settled: this.#settled, tail: shownAs(tail, false) }
  }

  /** Settles what is sure of the next `MAX_BLOCK` characters, or all whole lines of a block that is longer than that. */
  #settleSome(text: string): void {
    const next = text.slice(this.#from, this.#from + MAX_BLOCK)
    const cut = next.lastIndexOf('\n') + 1 || next.length
    const lines = this.#fence + next.slice(0, cut)
    const blocks = blocksOf(lines)
    const sure = allButLast(blocks)
    if (sure.length > 0) return this.#settle(sure)
    this.#settle(blocks)
    const isOpenCode = blocks.length === 1 && blocksOf(`${lines}x`).length === 1
    if (isOpenCode && blocks[0]?.token?.type === 'code') this.#fence = FENCE.exec(lines)?.[0] ?? ''
  }

  #settle(blocks: readonly Block[]): void {
    if (blocks.length === 0) return
    for (const { raw } of blocks) this.#from += raw.length
    this.#from -= this.#fence.length
    this.#fence = ''
    const shown = blocks.filter(({ token }) => token?.type !== 'space')
    this.#settled = [...this.#settled, ...shown.map((block) => shownAs([block], true))]
  }
}

/** The blocks of a text; where Markdown does not get through, those of each part between blank lines. */
function blocksOf(text: string): Block[] {
  try {
    return blocksOfMarkdown(text)
  } catch {
    const parts = text.match(/[^]+?(?:\n{2,}|$)/g) ?? []
    return parts.flatMap((part) => {
      try {
        return blocksOfMarkdown(part)
      } catch {
        return { raw: part, token: undefined }
      }
    })
  }
}

function blocksOfMarkdown(text: string): Block[] {
  const blocks = lex(text).map((token): Block => ({ raw: token.raw, token }))
  // Tabs and line ends are not always what they were: the text is the measure of what has settled.
  const length = blocks.reduce((sum, { raw }) => sum + raw.length, 0)
  if (length !== text.length) throw new RangeError('some of this Markdown was lost')
  return blocks
}

function allButLast(blocks: readonly Block[]): readonly Block[] {
  const last = blocks.findLastIndex(({ token }) => token?.type !== 'space')
  return blocks.slice(0, Math.max(last, 0))
}

/** Blocks as one piece of HTML. With `focusable: false` their links are text. */
function shownAs(blocks: readonly Block[], focusable: boolean): SafeHtml {
  const html = blocks.map(({ raw, token }) => {
    try {
      return token ? htmlOf(token) : plainHtml(raw)
    } catch {
      return plainHtml(raw)
    }
  })
  return sanitized(html.join(''), focusable)
}
