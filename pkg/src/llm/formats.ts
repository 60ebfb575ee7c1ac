import { StreamError } from '../error.js'
import { anthropic } from './anthropic.js'
import { auto } from './auto.js'
import type { Extractor } from './format.js'
import { gemini } from './gemini.js'
import { messageFrames } from './message-frames.js'
import { ollama } from './ollama.js'
import { openaiChat } from './openai-chat.js'
import { openaiResponses } from './openai-responses.js'
import { relay } from './relay.js'
import { repeating } from './repeat.js'

const EXTRACTORS = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  anthropic,
  gemini,
  ollama,
  relay,
  'message-frames': messageFrames,
} satisfies Record<string, Extractor>

/** How the events frame an answer. `'auto'` decides from the first of them. */
export type AnswerFormat = keyof typeof EXTRACTORS | 'auto'

/** What reads a format. Throws a `StreamError` `'invalid-options'` for one that is none. */
export function extractorOf(format: AnswerFormat | Extractor): Extractor {
  if (typeof format === 'function') return format
  if (format === 'auto') return repeating(auto())
  if (Object.hasOwn(EXTRACTORS, format)) return repeating(EXTRACTORS[format])
  const names = ['auto', ...Object.keys(EXTRACTORS)].join(', ')
  throw new StreamError('invalid-options', `\`format\` must be a function or one of ${names}`)
}
