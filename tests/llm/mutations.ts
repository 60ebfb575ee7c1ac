// Transcripts with members added, null or missing, and fragments of parallel calls in another order.

import { randomFrom } from './random.js'
import type { Transcript } from './transcripts.js'

/** Members that a server may leave out, or send as `null`. */
const OPTIONAL =
  /^(created|created_at|system_fingerprint|service_tier|logprobs|role|refusal|stop_sequence|obfuscation|sequence_number|total_duration|load_duration|eval_duration|prompt_eval_duration|prompt_tokens_details|completion_tokens_details|cache_creation|signature|title|avgLogprobs|safetyRatings|promptTokensDetails|event_id|bot_id|section_id|task_id|finish_reason)$/

/** Those that may be left out, but never are `null`. */
const OMITTED = /^(providerMetadata|timestamp|rawEvent)$/

/** Values that no API defines. */
const NEW = [null, true, 7, 'new', [], [null], {}, { type: 'new', text: 'no' }]

/** Which tool call a line is about, if it is about one. */
function callOf(line: string): string | undefined {
  const chat = /"tool_calls":\[\{"index":(\d+)/.exec(line)?.[1]
  const event =
    /"type":"(?:content_block_delta|tool-input-delta|TOOL_CALL_ARGS)","(?:index|toolCallId)":"?(\w+)/
  return chat ?? (/partial_json|DELTA|delta/.test(line) ? event.exec(line)?.[1] : undefined)
}

function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return []
  // A call's arguments are the model's, not the API's; metadata are records of records.
  const inner = Object.entries(value).flatMap(([name, inner]) =>
    /^(arguments|args|input|providerMetadata)$/.test(name) ? [] : objectsIn(inner),
  )
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner]
}

/**
 * A transcript with members added, null or missing, and calls in turns.
 *
 * @param isStrict whether the vendor's client goes by a schema: members are only added, or left out
 *   where the schema says so
 */
export function mutated(transcript: Transcript, seed: number, isStrict: boolean): Transcript {
  const random = randomFrom(seed)
  const isLines = transcript.name.endsWith('.ndjson')
  const text = new TextDecoder().decode(transcript.bytes).replaceAll('\r\n', '\n')
  const blocks = text.split(isLines ? '\n' : '\n\n')
  for (let i = 1; i < blocks.length; i++) {
    const [before, after] = [callOf(blocks[i - 1]!), callOf(blocks[i]!)]
    const isFree = before !== undefined && after !== undefined && before !== after
    // A call's first fragment has its name: it is a start, and the starts are in order.
    if (!isFree || /"name":/.test(blocks[i]! + blocks[i - 1]!) || random(2) === 0) continue
    blocks.splice(i - 1, 2, blocks[i]!, blocks[i - 1]!)
  }
  const lines = blocks.join(isLines ? '\n' : '\n\n').split('\n')
  const changed = lines.map((line) => {
    const [, field = '', json] = /^(data: ?)?(\{.*\})$/s.exec(line) ?? []
    if (json === undefined) return line
    const root = JSON.parse(json) as object
    for (const object of objectsIn(root)) {
      if (random(3) > 0) continue
      object[`x_${random(9)}`] = NEW[random(NEW.length)]
      for (const name of Object.keys(object)) {
        if (OMITTED.test(name)) delete object[name]
        if (isStrict || !OPTIONAL.test(name)) continue
        // A reason that is there counts.
        if (name === 'finish_reason' && object[name] !== null) continue
        if (random(2) === 0) delete object[name]
        else object[name] = null
      }
    }
    return field + JSON.stringify(root)
  })
  return { ...transcript, bytes: new TextEncoder().encode(changed.join('\n')) }
}
