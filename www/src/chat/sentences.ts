/** An answer cut where it can be read aloud: `settled` sentences will not change again, `tail` still grows. */
export interface Sentences {
  settled: string[]
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
  const settled: string[] = text.match(SENTENCE) ?? []
  const tail = text.slice(settled.reduce((length, sentence) => length + sentence.length, 0))
  if (!complete || tail === '') return { settled, tail }
  return { settled: [...settled, tail], tail: '' }
}
