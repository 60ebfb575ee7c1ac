import type { ServerSentEvent } from '../event.js'
import type { Part } from './answer.js'
import type { HoldingExtractor } from './format.js'

/**
 * An extractor of JSON that does not parse what repeats itself: as a rule, a chunk is the one before
 * it with another text, and parsing is most of the work. JSON text in which a string literal is
 * replaced by another is the same value but for that string.
 *
 * `extract` must go by the event's type and data alone.
 */
export function repeating(extract: HoldingExtractor): HoldingExtractor {
  let type: string | undefined
  /** What stands around the text's literal in the last chunk. */
  let before = ''
  let after = ''

  function learn({ type: newType, data }: ServerSentEvent, text: string): void {
    const literal = JSON.stringify(text)
    const at = data.indexOf(`:${literal}`) + 1
    // Twice the same could be another member.
    if (at === 0 || data.indexOf(literal) !== at || data.lastIndexOf(literal) !== at) return
    type = newType
    before = data.slice(0, at)
    after = data.slice(at + literal.length)
  }

  const repeated: HoldingExtractor = (event) => {
    const { data } = event
    // Equality is several times faster here than `startsWith` and `endsWith`.
    const repeats =
      event.type === type &&
      data.slice(0, before.length) === before &&
      data.slice(-after.length) === after
    const literal = repeats ? parseLiteral(data.slice(before.length, -after.length)) : undefined
    if (literal !== undefined) return { text: literal }
    const part = extract(event)
    const text = onlyText(part)
    if (text !== undefined) learn(event, text)
    return part
  }
  repeated.end = extract.end
  return repeated
}

/** The text of a part that has nothing else to be repeated; what names the answer counts once. */
function onlyText(part: ReturnType<HoldingExtractor>): string | undefined {
  if (!part || typeof part === 'string') return undefined
  const { text, reasoning, refusal, toolCalls, usage, finishReason, isEnd, isWhole }: Part = part
  const hasMore =
    reasoning || refusal || toolCalls?.length || usage || finishReason || isEnd || isWhole
  return text && !hasMore ? text : undefined
}

function parseLiteral(json: string): string | undefined {
  if (!json.startsWith('"')) return undefined
  try {
    return JSON.parse(json) as string
  } catch {
    return undefined
  }
}
