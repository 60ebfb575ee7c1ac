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

/** Text, a thought if `thought` is set, or a call of a function. */
export interface GeminiPart {
  text?: string
  thought?: boolean
  functionCall?: {
    id?: string
    name?: string
    args?: unknown
    /** Of the call that was named last, if there is no name (`streamFunctionCallArguments`). */
    partialArgs?: readonly GeminiValue[]
  } | null
}

/** One value of a call's arguments. */
export interface GeminiValue {
  /** Where it belongs, such as `$.a[0].b`. */
  jsonPath?: string
  /** A text, or what continues the text that is there. */
  stringValue?: string
  numberValue?: number
  boolValue?: boolean
}

/** Tokens: the answer's are the sum of candidates and thoughts. */
export interface GeminiUsage {
  promptTokenCount?: number
  toolUsePromptTokenCount?: number
  candidatesTokenCount?: number
  thoughtsTokenCount?: number
}
