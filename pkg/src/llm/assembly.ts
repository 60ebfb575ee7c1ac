import type { Answer, Delta, Figures, Part, Usage } from './answer.js'
import { Calls } from './calls.js'
import { Pieces } from './pieces.js'

/** Puts an answer together, part by part. */
export class Assembly {
  readonly #texts = { reasoning: new Pieces(), text: new Pieces(), refusal: new Pieces() }
  readonly #calls = new Calls()
  #finishReason: string | undefined
  #usage: Usage | undefined
  #model: string | undefined
  #id: string | undefined

  /** Adds what an event brought; returns it as deltas. */
  add(part: Part): Delta[] {
    const deltas: Delta[] = []
    const { toolCalls, usage, finishReason, isWhole, isEnd } = part
    this.#model ??= part.model
    this.#id ??= part.id
    for (const type of TEXTS) {
      const pieces = this.#texts[type]
      const piece = part[type]
      if (piece && !(isWhole && pieces.value)) tell(type, pieces.add(piece), deltas)
    }
    if (toolCalls && !(isWhole && this.#calls.list.length > 0)) {
      for (const call of toolCalls) this.#calls.add(call, deltas)
    }
    if (usage) {
      this.#usage = merge(this.#usage, usage)
      deltas.push({ type: 'usage', usage: this.#usage })
    }
    if (finishReason || isEnd) this.#calls.settle(deltas)
    if (finishReason) {
      this.#finishReason = finishReason
      deltas.push({ type: 'finish', reason: finishReason })
    }
    return isEnd ? deltas.concat(this.end()) : deltas
  }

  /** Nothing more will come; returns what was held back. */
  end(): Delta[] {
    const deltas: Delta[] = []
    for (const type of TEXTS) tell(type, this.#texts[type].end(), deltas)
    this.#calls.settle(deltas)
    this.#calls.end(deltas)
    return deltas
  }

  /** The answer so far. */
  get answer(): Answer {
    const { reasoning, text, refusal } = this.#texts
    const toolCalls = this.#calls.list
    return {
      text: text.value,
      finishReason: this.#finishReason,
      usage: this.#usage,
      model: this.#model,
      id: this.#id,
      ...(reasoning.value && { reasoning: reasoning.value }),
      ...(refusal.value && { refusal: refusal.value }),
      ...(toolCalls.length > 0 && { toolCalls }),
    }
  }
}

const TEXTS = ['reasoning', 'text', 'refusal'] as const

function tell(type: (typeof TEXTS)[number], text: string, deltas: Delta[]): void {
  if (text) deltas.push({ type, text })
}

function merge(before: Usage | undefined, usage: Usage | Figures): Usage {
  const raw: Record<string, unknown> = { ...before?.raw }
  for (const [name, figure] of Object.entries(usage.raw ?? {}))
    raw[name] = figure ?? raw[name] ?? figure
  const tokens = 'input' in usage ? sums(raw, usage) : usage
  return {
    inputTokens: tokens.inputTokens ?? before?.inputTokens,
    outputTokens: tokens.outputTokens ?? before?.outputTokens,
    raw,
  }
}

function sums(raw: Figures['raw'], { input, output }: Figures) {
  return { inputTokens: sum(raw, input), outputTokens: sum(raw, output) }
}

function sum(figures: Figures['raw'], names: readonly string[]): number | undefined {
  const numbers = names.map((name) => figures[name]).filter((value) => typeof value === 'number')
  return numbers.length > 0 ? numbers.reduce((total, number) => total + number) : undefined
}
