import { invalid } from '../fetch/request.js'
import { auto } from './auto.js'
import { type Extractor, type HoldingExtractor, jsonFormat } from './format.js'
import { JSON_FORMATS, type JsonFormat } from './json-formats.js'
import { relay } from './relay.js'

/** How the events frame an answer. `'auto'` decides from the first of them that says so. */
export type AnswerFormat = JsonFormat | 'relay' | 'auto'

/** What reads a format. Throws a `StreamError` `'invalid-options'` for one that is none. */
export function extractorOf(format: AnswerFormat | Extractor): HoldingExtractor {
  if (typeof format === 'function') return format
  if (format === 'auto') return auto()
  if (format === 'relay') return relay
  if (Object.hasOwn(JSON_FORMATS, format)) return jsonFormat(JSON_FORMATS[format])
  const names = Object.keys(JSON_FORMATS).join(', ')
  throw invalid(`\`format\` must be a function or one of auto, relay, ${names}`)
}
