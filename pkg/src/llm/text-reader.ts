import type { TextReader } from '../store/options.js'
import type { Extractor } from './format.js'
import { type AnswerFormat, extractorOf } from './formats.js'
import { readingOf } from './reading.js'

/**
 * The option `text` of `useEventStream` for a model's answer: its text alone, ended by the vendor's
 * end marker. An error in the stream is a `StreamError` `'upstream'`, and a stream of which nothing
 * was understood one of `'unknown-format'`, as for `textOf`.
 *
 * Throws a `StreamError` `'invalid-options'` for a format that is none.
 *
 * @param format the vendor's, or a function of your own: from an event to its text
 */
export function textReader(format: AnswerFormat | Extractor = 'auto'): TextReader {
  extractorOf(format)
  return {
    begin(stream) {
      const { read } = readingOf(stream, format)
      return { read, finish: () => read().text }
    },
  }
}
