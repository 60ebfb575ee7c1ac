import type { Answer, Delta, Part } from './answer.js'
import { Calls } from './calls.js'
import { joiner } from './pieces.js'
import { merge } from './usage.js'

const TEXTS = ['reasoning', 'text', 'refusal'] as const

/** Puts an answer together, part by part. */
export class Assembly {
  readonly #joiners = TEXTS.map(joiner)
  readonly #calls = new Calls()
  readonly #answer: { -readonly [Name in keyof Answer]: Answer[Name] } = {
    text: '',
    finishReason: undefined,
    usage: undefined,
    model: undefined,
    id: undefined,
  }

  /** Adds what an event brought; returns it as deltas. */
  add(part: Part): Delta[] {
    const { toolCalls, usage, finishReason, isWhole, isEnd } = part
    const answer = this.#answer
    answer.model ??= part.model
    answer.id ??= part.id
    const deltas = this.#tell((type) => (isWhole && answer[type] ? '' : (part[type] ?? '')))
    if (toolCalls && !(isWhole && this.#calls.list.length > 0)) {
      for (const call of toolCalls) this.#calls.add(call, deltas)
    }
    if (usage) {
      answer.usage = merge(answer.usage, usage)
      deltas.push({ type: 'usage', usage: answer.usage })
    }
    if (finishReason || isEnd) this.#calls.settle(deltas)
    if (finishReason) {
      answer.finishReason = finishReason
      deltas.push({ type: 'finish', reason: finishReason })
    }
    return isEnd ? deltas.concat(this.end()) : deltas
  }

  /** Nothing more will come; returns what was held back. */
  end(): Delta[] {
    const deltas = this.#tell(() => undefined)
    this.#calls.settle(deltas, true)
    return deltas
  }

  /** The answer so far. */
  get answer(): Answer {
    const toolCalls = this.#calls.list
    return { ...this.#answer, ...(toolCalls.length > 0 && { toolCalls }) }
  }

  /** Adds to each of the texts; the end of one is `undefined`. */
  #tell(pieceOf: (type: (typeof TEXTS)[number]) => string | undefined): Delta[] {
    return TEXTS.flatMap((type, i) => {
      const text = this.#joiners[i]!(pieceOf(type))
      if (!text) return []
      this.#answer[type] = (this.#answer[type] ?? '') + text
      return { type, text }
    })
  }
}
