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
