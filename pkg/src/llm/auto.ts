import type { ServerSentEvent } from '../event.js'
import { anthropic } from './anthropic.js'
import { type Extractor, jsonObject, parse } from './format.js'
import { gemini } from './gemini.js'
import { messageFrames } from './message-frames.js'
import { ollama } from './ollama.js'
import { openaiChat } from './openai-chat.js'
import { openaiResponses } from './openai-responses.js'
import { relay } from './relay.js'

/**
 * Goes by what the first event shows. An event that shows nothing, such as a heartbeat, leaves it
 * open; data that is no JSON object is text as it is, ended by `[DONE]` or as the relay's is.
 */
export function auto(): Extractor {
  let extract: Extractor | undefined
  return (event) => {
    extract ??= detect(event)
    return extract?.(event)
  }
}

function detect(event: ServerSentEvent): Extractor | undefined {
  // Whoever sent it: errors are read alike.
  if (event.type === 'error') return parse
  const json = jsonObject(event.data)
  if (event.type !== 'message') return byType(event.type) ?? (json && byMembers(json))
  if (json) return byType(json['type']) ?? byMembers(json)
  return event.data === '[DONE]' ? openaiChat : plainText
}

function byType(type: unknown): Extractor | undefined {
  if (typeof type !== 'string') return undefined
  if (type === 'start' || type === 'done') return relay
  if (/^message(Start|Fragment|End)$/.test(type)) return messageFrames
  if (/^(message|content_block)_|^ping$/.test(type)) return anthropic
  return type.startsWith('response.') ? openaiResponses : undefined
}

function byMembers(json: Record<string, unknown>): Extractor | undefined {
  if ('choices' in json || json['object'] === 'chat.completion.chunk') return openaiChat
  if ('candidates' in json || 'usageMetadata' in json || 'promptFeedback' in json) return gemini
  if ('done' in json && ('message' in json || 'response' in json)) return ollama
  // It throws.
  return json['error'] ? parse : undefined
}

const plainText: Extractor = (event) =>
  event.type === 'message' && event.data === '[DONE]' ? { isEnd: true } : relay(event)
