import type { ServerSentEvent } from '../event.js'
import type { Part } from './answer.js'
import type { HoldingExtractor } from './format.js'
import { parsed } from './json.js'

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
    const at = data.indexOf(literal)
    // Twice the same could be another member.
    if (data[at - 1] !== ':' || data.lastIndexOf(literal) !== at) return
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
    const literal = repeats && parsed(data.slice(before.length, -after.length))
    if (typeof literal === 'string') return { text: literal }
    const part = extract(event)
    const text = part && typeof part === 'object' ? onlyText(part) : undefined
    if (text) learn(event, text)
    return part
  }
  repeated.end = extract.end
  return repeated
}

/** The text of a part that has nothing else to be repeated; what names the answer counts once. */
function onlyText({ text, model, id, toolCalls, ...rest }: Part): string | undefined {
  return toolCalls?.length || Object.values(rest).some(Boolean) ? undefined : text
}
