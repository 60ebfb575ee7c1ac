/** An answer cut where it can be read aloud: `settled` sentences will not change again, `tail` still grows. */
export interface Sentences {
  /** The sentences of each line; a line's last one ends with its line feed. */
  settled: string[][]
  tail: string
}

// A sentence ends at a line break, at a full-width mark, or at the white space after an ASCII mark. Nothing that
// comes later moves that end.
const SENTENCE = /[^]*?(?:\n|[。！？…]|[.!?]["')\]”’]*\s)/gy

/**
 * Cuts `text` into sentences; their concatenation is `text`. With `complete`, the text will not grow any more and all
 * of it is settled.
 */
export function splitSentences(text: string, complete: boolean): Sentences {
  const settled: string[][] = [[]]
  let end = 0
  const settle = (sentence: string) => {
    settled.at(-1)!.push(sentence)
    end += sentence.length
    if (sentence.endsWith('\n')) settled.push([])
  }
  text.match(SENTENCE)?.forEach(settle)
  if (complete && end < text.length) settle(text.slice(end))
  return { settled, tail: text.slice(end) }
}
