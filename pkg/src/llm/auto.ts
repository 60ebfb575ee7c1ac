import {
  END,
  NO_JSON,
  type HoldingExtractor,
  isDone,
  jsonFormat,
  type Extractor,
} from './format.js'
import { JSON_FORMATS } from './json-formats.js'
import { type Json, parsed } from './json.js'
import { relay } from './relay.js'
import { parse, throwIfProblem } from './upstream.js'

/** What servers send to keep a connection alive, or to say that there is one. */
const HEARTBEAT =
  /^[\s"'<([:*-]*(ping|pong|(keep|stay)?[\s_-]*alive|heart[\s_-]*beat|hb|(openrouter )?processing|connect(ed|ing)|connection[\w ]*|ok|ready|open(ed)?|start(ed)?|waiting|noop|null|none)?[\d\s"'>)\]:.,;!TZ+*/-]*$/i

/** Which of these are no text even where nothing else comes: blanks, the usual words, times. */
const NO_TEXT = /^\s*$|^null$|ping|alive|beat|hb|processing|(\d\D*){8}/i

/** JSON that text would hardly begin with. */
const JSON_START = /^\s*(\{\s*"[^"]*"\s*:|\[\s*\{\s*")/

/**
 * Goes by what the first events show. A heartbeat, or another event that shows nothing, leaves the
 * format open. Data that is no JSON is text as it is, ended by `[DONE]` or as the relay's is; a word
 * that may be a heartbeat waits for the next event.
 */
export function auto(): HoldingExtractor {
  let format: Extractor | undefined
  let isText = false
  let held: string[] = []

  function release(): string | undefined {
    const words = held
    held = []
    return words.every((word) => NO_TEXT.test(word)) ? undefined : words.join('')
  }

  function readText(data: string): string | undefined {
    if (!isText && HEARTBEAT.test(data)) {
      held.push(data)
      return undefined
    }
    const before = held.join('')
    isText = true
    held = []
    return before + data
  }

  const extract: HoldingExtractor = (event) => {
    if (format) return format(event)
    const { type, data } = event
    if (isDone(event)) {
      const rest = release()
      return rest || isText ? { ...END, text: rest } : END
    }
    const json = parse(event, JSON_START) ?? NO_JSON
    if (isRelay(type, json) || ((isText || held.length > 0) && type === 'done')) {
      format = relay
      const text = release()
      return text ? { ...relay(event), text } : relay(event)
    }
    for (const read of Object.values(JSON_FORMATS)) {
      const part = read(json, event)
      // Others than the AI SDK start and finish, too.
      if (!part || (/^(start|finish)$/.test(json['type'] ?? type) && !json['messageId'])) continue
      format = jsonFormat(read)
      return part
    }
    if (type !== 'message') return undefined
    const isJson = /^\s*([{]|\[\s*[{\]])/.test(data) && parsed(data) !== undefined
    if (!isJson) return readText(data)
    if (!isText) throwIfProblem(json)
    const isHeartbeat = !isText || HEARTBEAT.test(String(json['type'] ?? json['event'] ?? '{'))
    return isHeartbeat ? undefined : data
  }
  extract.end = release
  return extract
}

/** Whether an event is the relay's, and not one that others call so, too. */
function isRelay(type: string, json: Json): boolean {
  return type === 'start' ? 'sessionId' in json : type === 'done' && 'finishReason' in json
}
