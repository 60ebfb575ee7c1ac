import { invalid } from '../fetch/request.js'
import { auto } from './auto.js'
import { type Extractor, type HoldingExtractor, jsonFormat } from './format.js'
import { JSON_FORMATS } from './json-formats.js'
import { relay } from './relay.js'

/** How the events frame an answer. `'auto'` decides from the first of them that says so. */
export type AnswerFormat = keyof typeof JSON_FORMATS | 'relay' | 'auto'

/** What reads a format. Throws a `StreamError` `'invalid-options'` for one that is none. */
export function extractorOf(format: AnswerFormat | Extractor): HoldingExtractor {
  if (typeof format === 'function') return format
  if (format === 'auto') return auto()
  const formats: Record<string, HoldingExtractor> = { relay }
  for (const [name, read] of Object.entries(JSON_FORMATS)) formats[name] = jsonFormat(read)
  if (Object.hasOwn(formats, format)) return formats[format]!
  const names = ['auto', ...Object.keys(formats)].join(', ')
  throw invalid(`\`format\` must be a function or one of ${names}`)
}
