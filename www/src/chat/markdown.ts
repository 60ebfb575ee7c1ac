import DOMPurify from 'dompurify'
import { marked, type Token } from 'marked'

/** An answer as HTML: `settled` blocks will not change again, `tail` is what still grows. */
export interface Blocks {
  settled: readonly string[]
  tail: string
}

/** The tail is hidden from screen readers until it settles: nothing in it may take the focus. */
const UNFOCUSABLE = { FORBID_TAGS: ['a', 'input'] }

/**
 * Renders Markdown that grows, one block at a time: what has settled is neither parsed nor laid out anew. What a model
 * writes is not to be trusted, and is sanitized.
 */
export class GrowingMarkdown {
  #settled: readonly string[] = []
  /** How much of the text has settled. */
  #from = 0

  /** The blocks of `text`, which has to begin with what it was before. `complete`: it will not grow any more. */
  render(text: string, complete: boolean): Blocks {
    if (complete) {
      this.#settle(lex(text.slice(this.#from)))
      return { settled: this.#settled, tail: '' }
    }
    // Only whole lines tell what a block is: a `2` may yet become the second item of a list.
    const lines = text.slice(this.#from, text.lastIndexOf('\n') + 1)
    const blocks = lex(lines)
    const last = blocks.findLastIndex(({ type }) => type !== 'space')
    this.#settle(blocks.slice(0, Math.max(last, 0)))
    const tail = marked.parser(lex(text.slice(this.#from)))
    return { settled: this.#settled, tail: DOMPurify.sanitize(tail, UNFOCUSABLE) }
  }

  #settle(blocks: Token[]): void {
    if (blocks.length === 0) return
    for (const { raw } of blocks) this.#from += raw.length
    const html = blocks
      .filter(({ type }) => type !== 'space')
      .map((block) => DOMPurify.sanitize(marked.parser([block])))
    this.#settled = [...this.#settled, ...html]
  }
}

const lex = (text: string): Token[] => marked.lexer(text, { gfm: true, breaks: true })
