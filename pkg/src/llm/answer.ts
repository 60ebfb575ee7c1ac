/** A call of a tool (a function) that the model asks for. */
export interface ToolCall {
  /** The vendor's id, to be sent back with the tool's result; `''` where the vendor has none. */
  readonly id: string
  readonly name: string
  /** JSON text. Whole once the answer is done; `'{}'` for a call without arguments. */
  readonly arguments: string
}

/** What the answer cost, in tokens. A figure that the vendor has not sent is absent. */
export interface Usage {
  /** Of the prompt, cached ones included. */
  readonly inputTokens?: number | undefined
  /** Of the answer, reasoning included. */
  readonly outputTokens?: number | undefined
  /** The vendor's own figures, under the vendor's names. */
  readonly raw: Readonly<Record<string, unknown>>
}

/** A whole answer, or as much of it as there was. */
export interface Answer {
  readonly text: string
  /**
   * Why the model stopped, in the vendor's words: `'stop'`, `'end_turn'`, `'MAX_TOKENS'`. For the
   * Responses API `'completed'`, or why the answer is incomplete. `undefined` if the stream ended
   * before the model said so: it was cut short, left or cancelled.
   */
  readonly finishReason: string | undefined
  readonly usage: Usage | undefined
  /** The model that answered. */
  readonly model: string | undefined
  /** The vendor's id of the answer; the relay's session id. */
  readonly id: string | undefined
  /** What the model thought, where the vendor shows it. */
  readonly reasoning?: string
  /** Why the model or its guard refused to answer, where the vendor says so apart from the text. */
  readonly refusal?: string
  /** In the order in which they began. */
  readonly toolCalls?: readonly ToolCall[]
}

/** A part of an answer, as `deltasOf` returns it. Texts and fragments are well-formed Unicode. */
export type Delta =
  | { readonly type: 'text' | 'reasoning' | 'refusal'; readonly text: string }
  | {
      readonly type: 'tool-call'
      /** Which of the answer's calls, from 0 in the order in which they began. */
      readonly index: number
      /** What this adds to the call's arguments. */
      readonly fragment: string
      /** The call as assembled so far. */
      readonly call: ToolCall
    }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'finish'; readonly reason: string }

/** A fragment of a tool call, as a vendor's event has it. */
export interface ToolCallPart {
  /**
   * What the fragments of a call have in common, such as its index. A fragment belongs to the newest
   * call whose key and whose `id` are the same, where both have one.
   */
  readonly key?: unknown
  /** A new id starts a new call, whatever the key. */
  readonly id?: string | undefined
  /** The first one counts. It may come late: the fragments before it are kept. */
  readonly name?: string | undefined
  /** What it adds to the arguments' JSON text. */
  readonly arguments?: string | undefined
  /** All of the arguments: only counts for what the fragments have not brought. */
  readonly whole?: string | undefined
  /** Arguments that count if no fragment follows. */
  readonly initial?: string | undefined
}

/** What one event adds to an answer. Nothing has to be there. */
export interface Part {
  readonly text?: string | undefined
  readonly reasoning?: string | undefined
  readonly refusal?: string | undefined
  readonly toolCalls?: readonly ToolCallPart[] | undefined
  /** The figures so far. Later ones replace those of the same name. */
  readonly usage?: Usage | undefined
  readonly finishReason?: string | undefined
  readonly model?: string | undefined
  readonly id?: string | undefined
  /** Whether its text, reasoning, refusal and calls are all of the answer's: each only counts if none came before. */
  readonly isWhole?: boolean | undefined
  /** Whether this is the last event: the stream is ended after it. */
  readonly isEnd?: boolean | undefined
}
