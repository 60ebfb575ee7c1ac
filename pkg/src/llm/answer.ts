/** A call of a tool (a function) that the model asks for. */
export interface ToolCall {
  /** The vendor's id, to be sent back with the tool's result, or `''` if the vendor has none. */
  readonly id: string
  /** The name of the tool. */
  readonly name: string
  /** The arguments as JSON, complete once the answer is done; `'{}'` for a call without arguments. */
  readonly arguments: string
}

/** The cost of an answer, in tokens. Figures that the vendor did not send are absent. */
export interface Usage {
  /** The tokens of the prompt, including cached ones. */
  readonly inputTokens?: number | undefined
  /** The tokens of the answer, including reasoning. */
  readonly outputTokens?: number | undefined
  /** The vendor's own figures, under the vendor's names. */
  readonly raw: Readonly<Record<string, unknown>>
}

/** An answer: the whole of it, or the part that was received. */
export interface Answer {
  /** The text. */
  readonly text: string
  /**
   * Why the model stopped, in the vendor's words: `'stop'`, `'end_turn'`, `'MAX_TOKENS'`. For the
   * Responses API `'completed'`, or why the answer is incomplete. `undefined` if the stream was cut
   * short, left or cancelled before the model said so.
   */
  readonly finishReason: string | undefined
  /** The cost, or `undefined` if the vendor did not send it. */
  readonly usage: Usage | undefined
  /** The model that answered. */
  readonly model: string | undefined
  /** The vendor's id of the answer, or the relay's session id. */
  readonly id: string | undefined
  /** The model's reasoning, if the vendor sends it. */
  readonly reasoning?: string
  /** Why the model or its guard refused to answer, if the vendor sends that separately. */
  readonly refusal?: string
  /** The tool calls, in the order in which they began. */
  readonly toolCalls?: readonly ToolCall[]
}

/** A part of an answer, as `deltasOf` yields it. Texts and fragments are well-formed Unicode. */
export type Delta =
  | { readonly type: 'text' | 'reasoning' | 'refusal'; readonly text: string }
  | {
      readonly type: 'tool-call'
      /** The position of the call in the answer, starting at 0. */
      readonly index: number
      /**
       * The text that this part adds to the arguments of the call, or all of them if the vendor replaces
       * what it sent before. Then it is the same as `call.arguments`.
       */
      readonly fragment: string
      /** The call so far. */
      readonly call: ToolCall
    }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'finish'; readonly reason: string }

/** A fragment of a tool call, as an event of a vendor contains it. */
export interface ToolCallPart {
  /**
   * A value that all fragments of a call share, such as its index. A fragment belongs to the newest call
   * with the same key and the same `id`, if both have one.
   */
  readonly key?: unknown
  /** The vendor's id. A new id starts a new call, even with the same key. */
  readonly id?: string | undefined
  /** The name of the tool. The first one counts; fragments before it are kept. */
  readonly name?: string | undefined
  /** The text that this fragment adds to the JSON of the arguments. */
  readonly arguments?: string | undefined
  /**
   * The complete arguments. They add only what the fragments did not contain. JSON replaces fragments
   * that are none.
   */
  readonly whole?: string | undefined
  /** The arguments to use if no fragment follows. */
  readonly initial?: string | undefined
}

/** What one event adds to an answer. Every member is optional. */
export interface Part {
  /** The text that the event adds. */
  readonly text?: string | undefined
  /** The reasoning that the event adds. */
  readonly reasoning?: string | undefined
  /** The refusal that the event adds. */
  readonly refusal?: string | undefined
  /** The fragments of tool calls that the event contains. */
  readonly toolCalls?: readonly ToolCallPart[] | undefined
  /** The figures so far. Later figures replace earlier ones of the same name. */
  readonly usage?: Usage | undefined
  /** Why the model stopped. */
  readonly finishReason?: string | undefined
  /** The model that answers. */
  readonly model?: string | undefined
  /** The vendor's id of the answer. */
  readonly id?: string | undefined
  /**
   * Whether text, reasoning, refusal and calls are those of the whole answer. Texts add only what did
   * not come before, if they begin with that. Calls count only if none came before.
   */
  readonly isWhole?: boolean | undefined
  /** Whether this is the last event, after which the stream is closed. */
  readonly isEnd?: boolean | undefined
}
