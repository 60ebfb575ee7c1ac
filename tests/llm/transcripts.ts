import { readFileSync } from 'node:fs'
import { decode } from 'sluicegate'
import type { Answer, AnswerFormat } from 'sluicegate/llm'

/** What a transcript's answer has to be; of `usage` the figures that all vendors share. */
export interface Expected extends Omit<Answer, 'usage'> {
  usage?: [inputTokens: number | undefined, outputTokens: number | undefined]
  /** The type and the message of the vendor's error that ends it. */
  error?: [type: string | undefined, message: string, retryable: boolean]
}

export interface Transcript {
  name: string
  format: AnswerFormat
  bytes: Uint8Array
  expected: Expected
}

/** A transcript's events, its bytes cut into these chunks. */
export function eventsOf({ name }: Transcript, chunks: Iterable<Uint8Array>) {
  return decode(chunks, { format: name.endsWith('.ndjson') ? 'ndjson' : 'sse' })
}

const UNICODE = '你好,世界 👩‍👩‍👧 é\u0301שלום\u2028\\ "\t😀'
const GREETING = 'Hello! How can I\nhelp?'
const NOTHING = { text: '', finishReason: undefined, model: undefined, id: undefined }

const CHAT = {
  ...NOTHING,
  finishReason: 'stop',
  model: 'gpt-4o-mini-2024-07-18',
  id: 'chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG',
}
const RESPONSE = {
  ...NOTHING,
  finishReason: 'completed',
  model: 'gpt-4.1-2025-04-14',
  id: 'resp_67c9fdcecf488190bdd9a0409de3a1ec07b8b0ad4e5eb654',
  usage: [37, 11],
} satisfies Expected
const MESSAGE = {
  ...NOTHING,
  finishReason: 'end_turn',
  model: 'claude-opus-4-20250514',
  id: 'msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY',
  usage: [25, 15],
} satisfies Expected
const GEMINI = {
  ...NOTHING,
  finishReason: 'STOP',
  model: 'gemini-2.5-flash',
  id: 'mAitaLmkHPPlz7IPvtfUqQ4',
  usage: [8, 42],
} satisfies Expected
const OLLAMA = {
  ...NOTHING,
  finishReason: 'stop',
  model: 'llama3.2',
  usage: [26, 282],
} satisfies Expected
const RELAY = { ...NOTHING, finishReason: 'stop', model: 'builtin', id: '9f0c' }

const weather = (id: string, args = '{"location":"Zürich"}') => ({
  id,
  name: 'get_weather',
  arguments: args,
})

const WEATHER_AND_NOW = [weather('call_1'), { id: 'call_2', name: 'now', arguments: '{}' }]
const INTERACTION = {
  ...NOTHING,
  model: 'gemini-3-flash',
  id: 'v1_abc',
  usage: [19, 10],
} satisfies Expected
const COZE = { ...NOTHING, id: 'chat_1' }

const EXPECTED: Record<string, Expected> = {
  'openai-chat/text.sse': { ...CHAT, text: GREETING },
  'openai-chat/usage.sse': { ...CHAT, text: 'Four.', finishReason: 'length', usage: [19, 10] },
  'openai-chat/tool-calls.sse': {
    ...CHAT,
    finishReason: 'tool_calls',
    toolCalls: [
      weather('call_DdmO9pD3xa9XTPNJ32zg2hcA'),
      { id: 'call_9kVbH1', name: 'get_time', arguments: '{"zone":"Europe/Zurich"}' },
    ],
  },
  'openai-chat/parallel.sse': {
    ...CHAT,
    finishReason: 'tool_calls',
    usage: [1200, 40],
    toolCalls: [weather('call_1'), weather('call_2', '{"location":"Bern"}')],
  },
  'openai-chat/refusal.sse': { ...CHAT, refusal: "I'm sorry, I can't help with that." },
  'openai-chat/error.sse': {
    ...CHAT,
    text: 'Once upon',
    error: [
      'server_error',
      'The server had an error while processing your request. Sorry about that!',
      true,
    ],
  },
  'openai-chat/unicode.sse': { ...CHAT, text: UNICODE },
  'openai-chat/reasoning.sse': { ...CHAT, text: '4', reasoning: 'Two and two.' },
  'openai-chat/azure.sse': { ...CHAT, text: 'Yes.', finishReason: 'content_filter' },
  'openai-chat/litellm.sse': {
    ...CHAT,
    text: 'Hello! 👋🏽 How can I\nhelp?',
    model: 'gate',
    id: 'chatcmpl-d474f0e8-a73a-4f45-8289-97b503cc7334',
    usage: [8, 13],
  },
  'openai-chat/litellm-error.sse': {
    ...CHAT,
    text: 'Once upon',
    error: [
      '500',
      "litellm.APIConnectionError: APIConnectionError: OpenAIException - Response payload is not completed: <TransferEncodingError: 400, message='Not enough data to satisfy transfer length header.'>",
      true,
    ],
  },

  'openai-chat/completions.sse': {
    ...NOTHING,
    text: GREETING,
    finishReason: 'stop',
    model: 'gpt-3.5-turbo-instruct',
    id: 'cmpl-7',
    usage: [19, 10],
  },
  'openai-chat/mistral.sse': {
    ...NOTHING,
    text: 'Let me see.',
    reasoning: 'Two and two.',
    finishReason: 'tool_calls',
    model: 'magistral-medium-2509',
    id: 'm1',
    usage: [19, 10],
    toolCalls: WEATHER_AND_NOW,
  },

  'openai-responses/text.sse': { ...RESPONSE, text: 'Hi there! How can I\nhelp?' },
  'openai-responses/tool-calls.sse': {
    ...RESPONSE,
    toolCalls: [
      weather('call_unLAR8MvFNptuiZK6K6HCy5k'),
      { id: 'call_2', name: 'now', arguments: '{}' },
    ],
  },
  'openai-responses/refusal.sse': { ...RESPONSE, refusal: "I'm sorry, I can't help with that." },
  'openai-responses/incomplete.sse': {
    ...RESPONSE,
    text: 'The sum is',
    reasoning: '**Adding**\n\n**Checking**',
    finishReason: 'max_output_tokens',
  },
  'openai-responses/failed.sse': {
    ...RESPONSE,
    text: 'Once',
    error: ['server_error', 'The model failed to generate a response.', true],
  },
  'openai-responses/error.sse': {
    ...RESPONSE,
    error: ['rate_limit_exceeded', 'Rate limit reached for gpt-4.1', true],
  },
  'openai-responses/unicode.sse': { ...RESPONSE, text: UNICODE },

  'anthropic/text.sse': { ...MESSAGE, text: GREETING },
  'anthropic/tool-use.sse': {
    ...MESSAGE,
    text: "Okay, let's check.",
    finishReason: 'tool_use',
    usage: [472, 89],
    toolCalls: [
      weather('toolu_01T1x1fJ34qAmk2tNTrN7Up6', '{"location": "Zürich", "unit": "c"}'),
      { id: 'toolu_02', name: 'now', arguments: '{}' },
    ],
  },
  'anthropic/parallel.sse': {
    ...MESSAGE,
    finishReason: 'tool_use',
    usage: [2112, 60],
    toolCalls: [weather('toolu_1'), weather('toolu_2', '{"location":"Bern"}')],
  },
  'anthropic/thinking.sse': {
    ...MESSAGE,
    text: '27 * 453 = 12,231',
    reasoning: '27 * 453\n= 12,231',
    usage: [100, 42],
  },
  'anthropic/server-tool.sse': {
    ...MESSAGE,
    text: "I'll look. It is sunny.",
    usage: [10682, 510],
  },
  'anthropic/refusal.sse': {
    ...MESSAGE,
    text: 'I',
    refusal: 'This request was declined.',
    finishReason: 'refusal',
    usage: [25, 3],
  },
  'anthropic/error.sse': {
    ...MESSAGE,
    text: 'Once upon',
    error: ['overloaded_error', 'Overloaded', true],
  },
  'anthropic/unicode.sse': { ...MESSAGE, text: UNICODE },
  'anthropic/litellm.sse': {
    ...MESSAGE,
    text: "Okay, let's check.",
    finishReason: 'tool_use',
    model: 'tools',
    id: 'msg_020a1607-a95c-4b14-ad53-6b06b8bb3cdc',
    usage: [11, 7],
    toolCalls: [weather('call_1'), { id: 'call_2', name: 'now', arguments: '{}' }],
  },

  'gemini/text.sse': { ...GEMINI, text: GREETING },
  'gemini/function-calls.sse': {
    ...GEMINI,
    text: 'Let me see.',
    toolCalls: [
      weather('', '{"location":"Zürich","days":2}'),
      { id: '', name: 'now', arguments: '{}' },
    ],
  },
  'gemini/thoughts.sse': {
    ...GEMINI,
    text: '4',
    reasoning: '**Adding**\n2 and 2',
    finishReason: 'MAX_TOKENS',
  },
  'gemini/blocked.sse': {
    ...GEMINI,
    id: 'b',
    refusal: 'The prompt was blocked.',
    finishReason: 'PROHIBITED_CONTENT',
    usage: [7, undefined],
  },
  'gemini/safety.sse': {
    ...GEMINI,
    text: 'To begin',
    finishReason: 'SAFETY',
    usage: [8, undefined],
  },
  'gemini/error.sse': {
    ...GEMINI,
    text: 'Once upon',
    error: ['UNAVAILABLE', 'The model is overloaded. Please try again later.', true],
  },
  'gemini/unicode.sse': { ...GEMINI, text: UNICODE },

  'gemini-interactions/text.sse': {
    ...INTERACTION,
    text: GREETING,
    reasoning: 'A greeting.',
    finishReason: 'completed',
  },
  'gemini-interactions/tools.sse': {
    ...INTERACTION,
    finishReason: 'requires_action',
    toolCalls: WEATHER_AND_NOW,
  },
  'gemini-interactions/error.sse': {
    ...INTERACTION,
    text: 'Once upon',
    error: ['internal', 'The model failed.', true],
  },

  'ai-sdk/text.sse': {
    ...NOTHING,
    text: GREETING,
    reasoning: 'A greeting.',
    finishReason: 'length',
    model: 'gpt-5.2',
    id: 'msg_8Wb',
    usage: [19, 10],
  },
  'ai-sdk/tools.sse': {
    ...NOTHING,
    text: 'It is sunny.',
    finishReason: 'stop',
    id: 'msg_9',
    toolCalls: WEATHER_AND_NOW,
  },
  'ai-sdk/error.sse': {
    ...NOTHING,
    text: 'Once upon',
    error: [undefined, 'An error occurred.', false],
  },

  'ag-ui/text.sse': {
    ...NOTHING,
    text: GREETING,
    reasoning: 'A greeting.',
    finishReason: 'success',
    model: 'gpt-5.2',
    id: 'run_1',
    usage: [19, 10],
  },
  'ag-ui/tools.sse': {
    ...NOTHING,
    text: 'Let me see.',
    finishReason: 'interrupt',
    id: 'run_2',
    toolCalls: WEATHER_AND_NOW,
  },
  'ag-ui/error.sse': {
    ...NOTHING,
    text: 'Once upon',
    error: ['overloaded', 'The model is overloaded.', true],
  },

  'dify/chat.sse': {
    ...NOTHING,
    text: GREETING,
    finishReason: 'stop',
    id: '5ad4cb98',
    usage: [19, 10],
  },
  'dify/workflow.sse': { ...NOTHING, text: 'The sum is four.', finishReason: 'succeeded' },
  'dify/error.sse': {
    ...NOTHING,
    text: 'Once upon',
    error: ['completion_request_error', 'The provider is out of quota.', false],
  },

  'coze/text.sse': {
    ...COZE,
    text: GREETING,
    reasoning: 'A greeting.',
    finishReason: 'completed',
    usage: [19, 10],
  },
  'coze/tools.sse': {
    ...COZE,
    finishReason: 'requires_action',
    usage: [19, 10],
    toolCalls: WEATHER_AND_NOW,
  },
  'coze/failed.sse': {
    ...COZE,
    text: 'Once upon',
    error: ['5000', 'The model failed.', false],
  },

  'cloudflare/text.sse': { ...NOTHING, text: GREETING, usage: [19, 10] },
  'llama-cpp/text.sse': {
    ...NOTHING,
    text: GREETING,
    finishReason: 'limit',
    model: 'm.gguf',
    usage: [19, 10],
  },

  'ollama/text.ndjson': { ...OLLAMA, text: GREETING },
  'ollama/tool-calls.ndjson': {
    ...OLLAMA,
    toolCalls: [
      weather('', '{"location":"Zürich","days":2}'),
      { id: 'call_7', name: 'now', arguments: '{}' },
    ],
  },
  'ollama/thinking.ndjson': {
    ...OLLAMA,
    text: '4',
    reasoning: 'Two and two.',
    finishReason: 'length',
  },
  'ollama/generate.ndjson': { ...OLLAMA, text: 'The sky is blue.' },
  'ollama/error.ndjson': {
    ...OLLAMA,
    text: 'Once upon',
    error: [undefined, 'an error was encountered while running the model: unexpected EOF', false],
  },
  'ollama/unicode.ndjson': { ...OLLAMA, text: UNICODE },

  'relay/text.sse': {
    ...RELAY,
    text: 'Hello world.\n\n {"a":1} [DONE]{"broken',
    usage: [undefined, 7],
  },
  'relay/cancelled.sse': {
    ...RELAY,
    text: 'Hello',
    finishReason: 'cancelled',
    usage: [undefined, 1],
  },
  'relay/error.sse': {
    ...RELAY,
    text: 'Once upon',
    error: ['upstream-closed', 'the model closed the connection', false],
  },
  'relay/unicode.sse': {
    ...RELAY,
    text: UNICODE,
    finishReason: 'length',
    usage: [undefined, 4],
  },

  'message-frames/text.sse': { ...NOTHING, text: 'Hello.[1] A second sentence.' },
  'message-frames/json.sse': {
    ...NOTHING,
    text: UNICODE,
    id: 'm-1',
    model: 'm',
    finishReason: 'stop',
  },
  'message-frames/typed.sse': { ...NOTHING, text: 'One. Two.', id: 'm-2' },
  'message-frames/error.sse': {
    ...NOTHING,
    text: 'Once upon',
    error: ['timeout', 'the model gave no answer', true],
  },
}

export const TRANSCRIPTS: Transcript[] = Object.entries(EXPECTED).map(([name, expected]) => ({
  name,
  format: name.slice(0, name.indexOf('/')) as AnswerFormat,
  bytes: new Uint8Array(readFileSync(new URL(`transcripts/${name}`, import.meta.url))),
  expected,
}))
