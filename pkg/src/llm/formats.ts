import { invalid } from '../fetch/request.js'
import { auto } from './auto.js'
import { type Extractor, type HoldingExtractor, jsonFormat } from './format.js'
import { JSON_FORMATS, type JsonFormat } from './json-formats.js'
import { relay } from './relay.js'

/** The format of an answer's events. `'auto'` detects it from the first event that shows it. */
export type AnswerFormat = JsonFormat | 'relay' | 'auto'

/** Returns what reads a format. Throws a `StreamError` `'invalid-options'` for an unknown one. */
export function extractorOf(format: AnswerFormat | Extractor): HoldingExtractor {
  if (typeof format === 'function') return format
  if (format === 'auto') return auto()
  if (format === 'relay') return relay
  if (Object.hasOwn(JSON_FORMATS, format)) return jsonFormat(JSON_FORMATS[format])
  const names = Object.keys(JSON_FORMATS).join(', ')
  throw invalid(`\`format\` must be a function or one of auto, relay, ${names}`)
}
