import type { Answer, Delta, Part } from './answer.js'
import { assembleCalls } from './calls.js'
import { joiner } from './pieces.js'
import { merge } from './usage.js'

const TEXTS = ['reasoning', 'text', 'refusal'] as const
const TEXT = 1

/** An answer that is put together, part by part. */
export interface Assembly {
  /** Adds what an event brought; returns it as deltas. */
  add(part: Part): Delta[]
  /** Adds well-formed text; returns what is handed out of it. */
  addText(text: string): string
  /** Nothing more will come; returns what was held back. */
  end(): Delta[]
  /** The answer so far. */
  answer(): Answer
}

/** Puts an answer together, part by part. */
export function assemble(): Assembly {
  const joiners = TEXTS.map(joiner)
  const calls = assembleCalls()
  const answer: { -readonly [Name in keyof Answer]: Answer[Name] } = {
    text: '',
    finishReason: undefined,
    usage: undefined,
    model: undefined,
    id: undefined,
  }

  /** Adds to each of the texts; without a part, ends them. */
  function tell(part?: Part): Delta[] {
    const deltas: Delta[] = []
    for (const [index, type] of TEXTS.entries()) {
      const text = joiners[index]!(part && (part.isWhole && answer[type] ? '' : (part[type] ?? '')))
      if (!text) continue
      answer[type] = (answer[type] ?? '') + text
      deltas.push({ type, text })
    }
    return deltas
  }

  function end(): Delta[] {
    const deltas = tell()
    calls.settle(deltas, true)
    return deltas
  }

  return {
    add(part) {
      const { toolCalls = [], usage, finishReason, isWhole, isEnd } = part
      answer.model ??= part.model
      answer.id ??= part.id
      const deltas = tell(part)
      if (!isWhole || !calls.list()[0]) for (const call of toolCalls) calls.add(call, deltas)
      if (usage) {
        answer.usage = merge(answer.usage, usage)
        deltas.push({ type: 'usage', usage: answer.usage })
      }
      if (finishReason || isEnd) calls.settle(deltas, false)
      if (finishReason) {
        answer.finishReason = finishReason
        deltas.push({ type: 'finish', reason: finishReason })
      }
      return isEnd ? deltas.concat(end()) : deltas
    },
    addText(text) {
      const piece = joiners[TEXT]!(text, true)
      answer.text += piece
      return piece
    },
    end,
    answer() {
      const toolCalls = calls.list()
      return { ...answer, ...(toolCalls[0] && { toolCalls }) }
    },
  }
}
