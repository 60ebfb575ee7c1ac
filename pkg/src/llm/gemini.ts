import type { ServerSentEvent } from '../event.js'
import type { Part, ToolCallPart } from './answer.js'
import { list, parse, text, usage } from './format.js'

/**
 * A chunk of Gemini's `streamGenerateContent?alt=sse`, a `GenerateContentResponse`. There is no end
 * marker: the response ends.
 */
export interface GeminiChunk {
  candidates?: readonly GeminiCandidate[] | null
  /** Why there are no candidates. */
  promptFeedback?: { blockReason?: string; blockReasonMessage?: string } | null
  usageMetadata?: GeminiUsage | null
  modelVersion?: string
  responseId?: string
}

/** One of the answers. */
export interface GeminiCandidate {
  index?: number
  content?: { parts?: readonly GeminiPart[] | null } | null
  /** `'STOP'`, `'MAX_TOKENS'`, `'SAFETY'` and others. */
  finishReason?: string
}

/** Text, a thought if `thought` is set, or a whole call of a function. */
export interface GeminiPart {
  text?: string
  thought?: boolean
  functionCall?: { id?: string; name?: string; args?: unknown } | null
}

/** Tokens: the answer's are the sum of candidates and thoughts. */
export interface GeminiUsage {
  promptTokenCount?: number
  candidatesTokenCount?: number
  thoughtsTokenCount?: number
}

/** The first candidate of Gemini's chunks. Arguments streamed in parts (`partialArgs`) are not read. */
export function gemini(event: ServerSentEvent): Part | undefined {
  const chunk = parse<GeminiChunk>(event)
  if (!chunk) return undefined
  const candidate = list(chunk.candidates).find((candidate) => !candidate?.index)
  let answer = ''
  let reasoning = ''
  const toolCalls: ToolCallPart[] = []
  for (const part of list(candidate?.content?.parts)) {
    if (part?.thought) reasoning += text(part.text) ?? ''
    else answer += text(part?.text) ?? ''
    const call = part?.functionCall
    if (!call) continue
    const args = call.args === undefined ? undefined : JSON.stringify(call.args)
    toolCalls.push({ id: text(call.id), name: text(call.name), arguments: args })
  }
  return {
    text: answer,
    reasoning,
    toolCalls,
    refusal: text(chunk.promptFeedback?.blockReasonMessage),
    finishReason: text(candidate?.finishReason) ?? text(chunk.promptFeedback?.blockReason),
    usage: usage(
      chunk.usageMetadata,
      ['promptTokenCount'],
      ['candidatesTokenCount', 'thoughtsTokenCount'],
    ),
    model: text(chunk.modelVersion),
    id: text(chunk.responseId),
  }
}
