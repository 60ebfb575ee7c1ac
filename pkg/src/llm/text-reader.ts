import type { TextReader } from '../store/options.js'
import type { Extractor } from './format.js'
import { type AnswerFormat, extractorOf } from './formats.js'
import { readingOf } from './reading.js'

/**
 * Returns a value for the option `text` of `useEventStream` that reads the text of a model's answer.
 * The vendor's end marker ends the stream, which fails as that of `textOf` does.
 *
 * Throws a `StreamError` `'invalid-options'` for an unknown format.
 *
 * @param format the vendor's format, or a function that returns the text of an event. Default: `'auto'`
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
