// The vendors' own clients and ours read the same answer from the same bytes.

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
