import type { ToolCallPart } from './answer.js'
import type { Reader } from './format.js'
import { argumentsOf, list, text, usage } from './json.js'

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
  toolUsePromptTokenCount?: number
  candidatesTokenCount?: number
  thoughtsTokenCount?: number
}

/** The first candidate of Gemini's chunks. Arguments streamed in parts (`partialArgs`) are not read. */
export const gemini: Reader = (json) => {
  const chunk = json as GeminiChunk
  if (!('candidates' in json || 'usageMetadata' in json || 'promptFeedback' in json)) {
    return undefined
  }
  const candidate = list(chunk.candidates).find((candidate) => !candidate?.index)
  let answer = ''
  let reasoning = ''
  const toolCalls: ToolCallPart[] = []
  for (const part of list(candidate?.content?.parts)) {
    if (part?.thought) reasoning += text(part.text) ?? ''
    else answer += text(part?.text) ?? ''
    const call = part?.functionCall
    if (!call) continue
    const { id, name, args } = call
    toolCalls.push({ key: part, id: text(id), name: text(name), arguments: argumentsOf(args) })
  }
  return {
    text: answer,
    reasoning,
    toolCalls,
    refusal: text(chunk.promptFeedback?.blockReasonMessage),
    finishReason: text(candidate?.finishReason) ?? text(chunk.promptFeedback?.blockReason),
    usage: usage(
      chunk.usageMetadata,
      ['promptTokenCount', 'toolUsePromptTokenCount'],
      ['candidatesTokenCount', 'thoughtsTokenCount'],
    ),
    model: text(chunk.modelVersion),
    id: text(chunk.responseId),
  }
}
