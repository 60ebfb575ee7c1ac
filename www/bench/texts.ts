import type { AnswerFormat } from 'sluicegate/llm'
import type { Corpus } from './corpora'
import { mulberry32, pick, type Random, WORDS } from './random'
import { Sink } from './sink'

/** An event's data, parsed. */
// oxlint-disable-next-line typescript/no-explicit-any -- what JSON.parse returns
export type Json = any

/** A model's answer as a vendor streams it. */
export interface TextFormat {
  format: AnswerFormat
  isLines?: true
  /** One event with this text, without what frames it; `undefined` for the end marker. */
  write: (text: string | undefined, random: Random, index: number) => string
  /** What a loop by hand takes of an event. */
  textIn: (json: Json) => string | undefined
}

const EVENTS = 20_000

const CHAT = 'chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG'
const ITEM = 'msg_67c9fdcf37fc8190ba82116e33fb28c507b8b0ad4e5eb654'
const PADDING = 'aB3xYq9LmN0pQrS7'

function obfuscation(random: Random): string {
  return PADDING.slice(0, Math.floor(random() * (PADDING.length + 1)))
}

function chat(text: string | undefined, more: string): string {
  if (text === undefined) return 'data: [DONE]\n\n'
  return `data: {"id":"${CHAT}","object":"chat.completion.chunk","created":1741570283,"model":"gpt-4o-mini","system_fingerprint":"fp_e7d4a5f731","choices":[{"index":0,"delta":{"content":${JSON.stringify(text)}},"finish_reason":null}]${more}}\n\n`
}

const textOfChat = (json: Json) => json.choices[0]?.delta.content

function named(data: string): string {
  const type = data.slice('{"type":"'.length, data.indexOf('"', '{"type":"'.length))
  return `event: ${type}\ndata: ${data}\n\n`
}

/** By the names of their corpora. */
export const TEXTS: Record<string, TextFormat> = {
  openai: { format: 'openai-chat', write: (text) => chat(text, ''), textIn: textOfChat },
  'openai-obfuscated': {
    format: 'openai-chat',
    write: (text, random) =>
      chat(text, `,"service_tier":"default","usage":null,"obfuscation":"${obfuscation(random)}"`),
    textIn: textOfChat,
  },
  responses: {
    format: 'openai-responses',
    write: (text, random, index) =>
      named(
        text === undefined
          ? '{"type":"response.completed","response":{"id":"resp_1","status":"completed","model":"gpt-4.1","usage":{"input_tokens":9,"output_tokens":20000}}}'
          : `{"type":"response.output_text.delta","sequence_number":${index},"item_id":"${ITEM}","output_index":0,"content_index":0,"delta":${JSON.stringify(text)},"logprobs":[],"obfuscation":"${obfuscation(random)}"}`,
      ),
    textIn: (json) => (json.type === 'response.output_text.delta' ? json.delta : undefined),
  },
  anthropic: {
    format: 'anthropic',
    write: (text) =>
      named(
        text === undefined
          ? '{"type":"message_stop"}'
          : `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":${JSON.stringify(text)}}}`,
      ),
    textIn: (json) => (json.type === 'content_block_delta' ? json.delta.text : undefined),
  },
  gemini: {
    format: 'gemini',
    write: (text, _, index) =>
      `data: {"candidates":[{"content":{"parts":[{"text":${JSON.stringify(text ?? '')}}],"role":"model"},"index":0${text === undefined ? ',"finishReason":"STOP"' : ''}}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":${index},"totalTokenCount":${index + 8},"promptTokensDetails":[{"modality":"TEXT","tokenCount":8}]},"modelVersion":"gemini-2.5-flash","responseId":"mAitaLmkHPPlz7IPvtfUqQ4"}\n\n`,
    textIn: (json) => json.candidates[0]?.content.parts[0]?.text,
  },
  ollama: {
    format: 'ollama',
    isLines: true,
    write: (text, _, index) =>
      `{"model":"llama3.2","created_at":"2026-08-04T08:52:${19 + (index % 40)}.385406455Z","message":{"role":"assistant","content":${JSON.stringify(text ?? '')}},"done":${text === undefined}}\n`,
    textIn: (json) => json.message.content,
  },
  'ai-sdk': {
    format: 'ai-sdk',
    write: (text) =>
      text === undefined
        ? 'data: [DONE]\n\n'
        : `data: {"type":"text-delta","id":"0","delta":${JSON.stringify(text)}}\n\n`,
    textIn: (json) => (json.type === 'text-delta' ? json.delta : undefined),
  },
}

/** The formats of OpenAI's SDK and of others: which corpora they read. */
export const OPENAI = ['openai', 'openai-obfuscated', 'responses']

/** Builds a corpus of so many tokens, the same at every call and in every browser. */
export function buildText(name: string, events = EVENTS): Corpus {
  const found = TEXTS[name]
  if (!found) throw new Error(`no text corpus named ${name}`)
  const random = mulberry32(0x51c1ce)
  const encoder = new TextEncoder()
  const sink = new Sink(true)
  const ends = new Uint32Array(events + 1)
  let all = ''
  let text = ''
  for (let index = 0; index <= events; index++) {
    const token = index < events ? ` ${pick(random, WORDS)}` : undefined
    text += token ?? ''
    // All of it is ASCII: its length is that of its bytes.
    all += found.write(token, random, index)
    ends[index] = all.length
  }
  sink.add(text, 'message')
  return { name, bytes: encoder.encode(all), ends, check: sink.check }
}

/** Tokens in the whole of a text corpus. */
export const textEvents = EVENTS
