import type { Part } from './answer.js'
import { END, NO_JSON, type HoldingExtractor, isDone, jsonFormat } from './format.js'
import { JSON_FORMATS } from './json-formats.js'
import { type Json, parsed } from './json.js'
import { relay } from './relay.js'
import { hasAny } from './rules.js'
import { parse } from './upstream.js'

/** What servers send to keep a connection alive, or to say that there is one. */
const HEARTBEAT =
  /^[\s"'<([{:*-]*(ping|pong|(keep|stay)?[\W_]*alive|heart[\W_]*beat|hb|(openrouter )?processing|connect[\w ]*|ok|ready|(open|start|init|subscrib)\w*|waiting|noop|null|none|true|false|hello|welcome)?[\d\s\u200b"'>)\]:.,;!TZ+*/-]*$/i

/** Which of these are no text even where nothing else comes: blanks, the usual words, times, brackets. */
const NO_TEXT = /^[\s\u200b[{]*$|^null$|ping|alive|beat|hb|processing|(\d\D*){8}/i

/** JSON that text would hardly begin with, or what Python prints instead. */
const JSON_START = /^[\s[]*\{\s*("[^"]*"|'[^']*')\s*:\s*\S/

/**
 * Goes by what the first events show. A heartbeat, or another event that shows nothing, leaves the
 * format open. Data that is no JSON is text as it is, ended by `[DONE]` or as the relay's is; a word
 * that may be a heartbeat waits for the next event.
 */
export function auto(): HoldingExtractor {
  let format: HoldingExtractor | undefined
  let isText = false
  let held = ''
  /** Whether each piece of text is a JSON string. */
  let isQuoted = false
  /** Whether some of what is held is text if nothing else comes. */
  let isHeldText = false
  /** Whether events are the lines of JSON: none of them is text. */
  let isJson = false

  function release(): string {
    const text = isHeldText ? held : ''
    held = ''
    return text
  }

  function readText(data: string): string | undefined {
    // Some write each piece of text as JSON, which keeps its line breaks. The first one tells.
    const said = parsed(data)
    const isString = typeof said === 'string'
    const isInside = /[[{]$/.test(held)
    if (!isText) isQuoted = isString && !isInside
    held += isString && isQuoted ? said : data
    isJson ||= isInside && JSON_START.test(held)
    if (isJson) {
      held = ''
      return undefined
    }
    isHeldText ||= !NO_TEXT.test(data)
    if (!isText && HEARTBEAT.test(data)) return undefined
    isText = isHeldText = true
    return release()
  }

  /** The format is sure as soon as there is more than names: other formats begin with such, too. */
  function settle(part: ReturnType<HoldingExtractor>): typeof part {
    extract.isPure ||= hasAny(part as Part)
    return part
  }

  const extract: HoldingExtractor = (event) => {
    const known = format?.(event)
    if (known || extract.isPure) return settle(known)
    const { type, data } = event
    if (isDone(event)) {
      const text = release()
      return text || isText ? { ...END, text } : END
    }
    // Behind text, what begins like JSON may be text, too.
    const json = parse(event, isText ? /$./ : JSON_START) ?? NO_JSON
    if (isRelay(type, json) || ((isText || held) && type === 'done')) {
      format = relay
      extract.isPure = true
      return { ...relay(event), text: release() }
    }
    for (const read of Object.values(JSON_FORMATS)) {
      const part = read(json, event)
      // Others start and finish, too.
      const isCommon = /^(start|finish)$/.test(json['type'] ?? type)
      if (!part || (isCommon && !json['messageId'])) continue
      format = jsonFormat(read)
      // Before JSON it is no text.
      held = ''
      return settle(part)
    }
    if (format || type !== 'message') return undefined
    const isList = /^\s*\[\s*[{\]]/.test(data) && parsed(data)
    if (json === NO_JSON && !isList) return readText(data)
    const isHeartbeat = !isText || HEARTBEAT.test(String(json['type'] ?? json['event'] ?? 'json'))
    return isHeartbeat ? undefined : data
  }
  extract.end = release
  return extract
}

/** Whether an event is the relay's, and not one that others call so, too. */
function isRelay(type: string, json: Json): boolean {
  return type === 'start' ? 'sessionId' in json : type === 'done' && 'finishReason' in json
}
