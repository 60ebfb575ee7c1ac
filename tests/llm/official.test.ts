// The vendors' own clients and ours read the same answer from the same bytes, also where members are
// added, null or missing, and fragments of parallel tool calls come in another order.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { Ollama } from 'ollama/browser'
import OpenAI from 'openai'
import { type Answer, textOf } from 'sluicegate/llm'
import { eventsOf, TRANSCRIPTS, type Transcript } from './transcripts.js'

/** What both sides have to agree on; calls with their arguments parsed. */
interface Common {
  text: string
  finishReason?: string | null | undefined
  toolCalls: { id?: string | undefined; name: string; arguments: unknown }[]
  inputTokens?: number | undefined
  outputTokens?: number | undefined
}

function transcripts(format: string): Transcript[] {
  return TRANSCRIPTS.filter((transcript) => transcript.format === format)
}

function respond({ name, bytes }: Transcript): typeof fetch {
  const type = name.endsWith('.ndjson') ? 'application/x-ndjson' : 'text/event-stream'
  return async () =>
    new Response(new Uint8Array(bytes), { headers: { 'content-type': type, 'x-request-id': 'r' } })
}

async function ours(transcript: Transcript): Promise<Common> {
  const answer: Answer = await textOf(eventsOf(transcript, [transcript.bytes]), 'auto').answer()
  return {
    text: answer.text,
    finishReason: answer.finishReason,
    toolCalls: (answer.toolCalls ?? []).map((call) => ({
      ...call,
      arguments: JSON.parse(call.arguments),
    })),
    inputTokens: answer.usage?.inputTokens,
    outputTokens: answer.usage?.outputTokens,
  }
}

async function openaiChat(transcript: Transcript): Promise<Common> {
  const client = new OpenAI({ apiKey: 'none', maxRetries: 0, fetch: respond(transcript) })
  const stream = client.chat.completions.stream({ model: 'm', messages: [] })
  const { choices, usage } = await stream.finalChatCompletion()
  const { finish_reason, message } = choices[0]!
  return {
    text: message.content ?? '',
    finishReason: finish_reason,
    toolCalls: (message.tool_calls ?? []).flatMap((call) =>
      call.type === 'function'
        ? { id: call.id, name: call.function.name, arguments: JSON.parse(call.function.arguments) }
        : [],
    ),
    inputTokens: usage?.prompt_tokens,
    outputTokens: usage?.completion_tokens,
  }
}

async function openaiResponses(transcript: Transcript): Promise<Common> {
  const client = new OpenAI({ apiKey: 'none', maxRetries: 0, fetch: respond(transcript) })
  const response = await client.responses.stream({ model: 'm', input: '' }).finalResponse()
  // Their helper hands a failed response out; ours throws.
  if (response.status === 'failed') throw new Error(response.error?.message)
  return {
    text: response.output_text,
    finishReason: response.incomplete_details?.reason ?? response.status,
    toolCalls: response.output.flatMap((item) =>
      item.type === 'function_call'
        ? { id: item.call_id, name: item.name, arguments: JSON.parse(item.arguments) }
        : [],
    ),
    inputTokens: response.usage?.input_tokens,
    outputTokens: response.usage?.output_tokens,
  }
}

async function anthropic(transcript: Transcript): Promise<Common> {
  const client = new Anthropic({ apiKey: 'none', maxRetries: 0, fetch: respond(transcript) })
  const stream = client.messages.stream({ model: 'm', max_tokens: 1, messages: [] })
  const message = await stream.finalMessage()
  const { usage } = message
  return {
    text: message.content.flatMap((block) => (block.type === 'text' ? block.text : [])).join(''),
    finishReason: message.stop_reason,
    toolCalls: message.content.flatMap((block) =>
      block.type === 'tool_use' ? { id: block.id, name: block.name, arguments: block.input } : [],
    ),
    inputTokens:
      usage.input_tokens +
      (usage.cache_creation_input_tokens ?? 0) +
      (usage.cache_read_input_tokens ?? 0),
    outputTokens: usage.output_tokens,
  }
}

async function ollama(transcript: Transcript): Promise<Common> {
  const client = new Ollama({ fetch: respond(transcript) })
  const answer: Common = { text: '', toolCalls: [] }
  const lines = transcript.name.includes('generate')
    ? await client.generate({ model: 'm', prompt: '', stream: true })
    : await client.chat({ model: 'm', messages: [], stream: true })
  for await (const line of lines) {
    answer.text += 'message' in line ? line.message.content : (line.response ?? '')
    for (const call of 'message' in line ? (line.message.tool_calls ?? []) : []) {
      const { name, arguments: args } = call.function
      answer.toolCalls.push({ id: (call as { id?: string }).id ?? '', name, arguments: args })
    }
    if (!line.done) continue
    answer.finishReason = line.done_reason
    answer.inputTokens = line.prompt_eval_count
    answer.outputTokens = line.eval_count
  }
  return answer
}

const OFFICIAL = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  anthropic,
  ollama,
}

for (const [format, theirs] of Object.entries(OFFICIAL)) {
  for (const transcript of transcripts(format)) {
    test(`${transcript.name}: as the vendor's own client`, async () => {
      if (transcript.expected.error) {
        const [, message] = transcript.expected.error
        await assert.rejects(theirs(transcript), (error: Error) => error.message.includes(message))
        await assert.rejects(ours(transcript), { code: 'upstream' })
      } else {
        assert.deepEqual(await ours(transcript), await theirs(transcript))
      }
    })
  }
}

/** Members that a server may leave out, or send as `null`. */
const OPTIONAL =
  /^(created|created_at|system_fingerprint|service_tier|logprobs|role|refusal|stop_sequence|obfuscation|sequence_number|total_duration|load_duration|eval_duration|prompt_eval_duration|prompt_tokens_details|completion_tokens_details|cache_creation|signature|title)$/

/** Values that no API defines. */
const NEW = [null, true, 7, 'new', [], [null], {}, { type: 'new', text: 'no' }]

/** The same numbers for the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

/** Which tool call a line is about, if it is about one. */
function callOf(line: string): string | undefined {
  const chat = /"tool_calls":\[\{"index":(\d+)/.exec(line)?.[1]
  return chat ?? /^data: .*"type":"content_block_delta","index":(\d+).*partial_json/.exec(line)?.[1]
}

function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(objectsIn)
  // A call's arguments are the model's, not the API's.
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner]
}

/** A transcript with members added, null or missing, and calls in turns. */
function mutated(transcript: Transcript, seed: number): Transcript {
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
  const changed = blocks.map((block) =>
    block.replace(/^(data: )?(\{.*\})$/m, (_, field: string | undefined, line: string) => {
      const root = JSON.parse(line) as object
      for (const object of objectsIn(root)) {
        if ('location' in object || random(3) > 0) continue
        if (!('arguments' in object)) object[`x_${random(9)}`] = NEW[random(NEW.length)]
        for (const name of Object.keys(object)) {
          if (!OPTIONAL.test(name)) continue
          if (random(2) === 0) delete object[name]
          else object[name] = null
        }
      }
      return (field ?? '') + JSON.stringify(root)
    }),
  )
  const joined = changed.join(isLines ? '\n' : '\n\n')
  return { ...transcript, bytes: new TextEncoder().encode(joined) }
}

const SEEDS = 30

test("random mutations give the same as the vendors' own clients", async () => {
  let compared = 0
  for (const [format, theirs] of Object.entries(OFFICIAL)) {
    for (const transcript of transcripts(format)) {
      if (transcript.expected.error) continue
      for (let seed = 1; seed <= SEEDS; seed++) {
        const other = mutated(transcript, seed)
        const text = () =>
          `${transcript.name}, seed ${seed}:\n${new TextDecoder().decode(other.bytes)}`
        try {
          const answer = await ours(other)
          const wanted = await theirs(other).catch((error: Error) => {
            // The difference: what `openai` misses (`role`, `created`), the answer does without.
            assert.match(error.message, /^missing /)
            return undefined
          })
          assert.deepEqual(answer, wanted ?? (await ours(transcript)))
          if (wanted) compared++
        } catch (error) {
          throw new Error(text(), { cause: error })
        }
      }
    }
  }
  assert.ok(compared >= 200, `${compared} comparisons`)
})
