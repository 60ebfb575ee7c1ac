/** A call of a tool (a function) that the model asks for. */
export interface ToolCall {
  /** The vendor's id, to be sent back with the tool's result; `''` where the vendor has none. */
  readonly id: string
  readonly name: string
  /** JSON text. Whole once the answer is done; `'{}'` for a call without arguments. */
  readonly arguments: string
}

/** What the answer cost, in tokens. A figure that the vendor has not given is absent. */
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

/** A part of an answer, as `deltasOf` gives it. */
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
  /** What its fragments have in common. Without one, each fragment is a call of its own. */
  readonly key?: unknown
  readonly id?: string | undefined
  /** In the first fragment. */
  readonly name?: string | undefined
  /** What it adds to the arguments' JSON text. */
  readonly arguments?: string | undefined
}

/** What one event adds to an answer. Nothing has to be there. */
export interface Part {
  readonly text?: string | undefined
  readonly reasoning?: string | undefined
  readonly refusal?: string | undefined
  readonly toolCalls?: readonly ToolCallPart[] | undefined
  /** The figures so far: later ones replace them. */
  readonly usage?: Usage | undefined
  readonly finishReason?: string | undefined
  readonly model?: string | undefined
  readonly id?: string | undefined
  /** Whether this is the last event: the stream is ended after it. */
  readonly isEnd?: boolean | undefined
}

/** Puts an answer together, part by part. */
export class Assembly {
  #text = ''
  #reasoning = ''
  #refusal = ''
  #finishReason: string | undefined
  #usage: Usage | undefined
  #model: string | undefined
  #id: string | undefined
  readonly #calls: ToolCall[] = []
  readonly #indexes = new Map<unknown, number>()

  /** Adds what an event brought; gives it as deltas. */
  add(part: Part): Delta[] {
    const deltas: Delta[] = []
    const { text, reasoning, refusal, toolCalls, usage, finishReason } = part
    this.#model ??= part.model
    this.#id ??= part.id
    if (reasoning) {
      this.#reasoning += reasoning
      deltas.push({ type: 'reasoning', text: reasoning })
    }
    if (text) {
      this.#text += text
      deltas.push({ type: 'text', text })
    }
    if (refusal) {
      this.#refusal += refusal
      deltas.push({ type: 'refusal', text: refusal })
    }
    for (const call of toolCalls ?? []) this.#addCall(call, deltas)
    if (usage) {
      this.#usage = merge(this.#usage, usage)
      deltas.push({ type: 'usage', usage: this.#usage })
    }
    if (finishReason) {
      this.#finishReason = finishReason
      deltas.push({ type: 'finish', reason: finishReason })
    }
    return deltas
  }

  /** The answer so far. */
  get answer(): Answer {
    const toolCalls = this.#calls.map((call) => ({ ...call, arguments: call.arguments || '{}' }))
    return {
      text: this.#text,
      finishReason: this.#finishReason,
      usage: this.#usage,
      model: this.#model,
      id: this.#id,
      ...(this.#reasoning && { reasoning: this.#reasoning }),
      ...(this.#refusal && { refusal: this.#refusal }),
      ...(toolCalls.length > 0 && { toolCalls }),
    }
  }

  #addCall({ key, id, name, arguments: fragment = '' }: ToolCallPart, deltas: Delta[]): void {
    let index = key === undefined ? undefined : this.#indexes.get(key)
    if (index === undefined) {
      // The vendor's own tools have fragments, too, but are no calls for the page to answer.
      if (!name) return
      index = this.#calls.length
      this.#indexes.set(key, index)
    }
    const before = this.#calls[index]
    const call = {
      id: id || before?.id || '',
      name: name || before?.name || '',
      arguments: (before?.arguments ?? '') + fragment,
    }
    this.#calls[index] = call
    deltas.push({ type: 'tool-call', index, fragment, call })
  }
}

function merge(before: Usage | undefined, { inputTokens, outputTokens, raw }: Usage): Usage {
  return {
    inputTokens: inputTokens ?? before?.inputTokens,
    outputTokens: outputTokens ?? before?.outputTokens,
    raw: { ...before?.raw, ...raw },
  }
}
