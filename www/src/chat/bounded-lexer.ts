import { Lexer, marked, type Token } from 'marked'

/** How deep blocks in blocks and marks in marks may be; what is deeper is plain text. */
const MAX_DEPTH = 12

/** A line that is nested deeper than that, such as `> > > …`: Markdown takes it apart level by level. */
const TOO_DEEP = new RegExp(
  `^(?:[ \\t]*(?:>|[-+*](?=\\s)|\\d{1,9}[.)](?=\\s))){${MAX_DEPTH + 1}}`,
  'm',
)

/** What may stand for something other than itself. Each one may make the lexer look through all the rest. */
const MARK = /[*_~`[\]<()!:\\&@.|]/g

/** The most characters to look through for the marks of one text; a text that needs more stays plain. */
const MAX_INLINE_WORK = 1_000_000

/** How often each character may be looked at in all, the nested blocks' as part of those around them. */
const MAX_PASSES = 40

const OPTIONS = { ...marked.defaults, gfm: true, breaks: true }

/** A lexer that does a bounded amount of work, whatever it reads. The bounds are counts, and no times: all machines agree. */
class BoundedLexer extends Lexer {
  #depth = 0
  #work: number

  constructor(text: string) {
    super(OPTIONS)
    this.#work = MAX_PASSES * (text.length + 1000)
  }

  override blockTokens(text: string, tokens: Token[] = [], lastParagraphClipped?: boolean): any {
    if (this.#isTooDeep(text)) {
      this.state.top = true
      tokens.push({ type: 'text', raw: text, text })
      return tokens
    }
    return this.#deeper(() => super.blockTokens(text, tokens, lastParagraphClipped))
  }

  override inlineTokens(text: string, tokens: Token[] = []): Token[] {
    const marks = text.match(MARK)?.length ?? 0
    if (this.#isTooDeep(text) || marks * text.length > MAX_INLINE_WORK) {
      tokens.push({ type: 'text', raw: text, text, escaped: false })
      return tokens
    }
    return this.#deeper(() => super.inlineTokens(text, tokens))
  }

  #isTooDeep(text: string): boolean {
    this.#work -= text.length + 10
    if (this.#work < 0) throw new RangeError('this Markdown is too much work')
    return this.#depth === MAX_DEPTH
  }

  #deeper<T>(run: () => T): T {
    this.#depth += 1
    try {
      return run()
    } finally {
      this.#depth -= 1
    }
  }
}

/**
 * The blocks of a Markdown text.
 * @throws when they are too deep or too intricate to be taken apart in a moment
 */
export function lex(text: string): Token[] {
  if (TOO_DEEP.test(text)) throw new RangeError('this Markdown is too deep')
  return new BoundedLexer(text).lex(text)
}
