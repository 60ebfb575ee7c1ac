// Random answers, and how each vendor would stream them.

import type { AnswerFormat } from 'sluicegate/llm'
import type { Common } from './clients/common.js'
import { pick, type Random, randomFrom } from './random.js'
import type { Transcript } from './transcripts.js'

interface Call {
  id: string
  name: string
  /** JSON text in pieces. */
  fragments: string[]
}

/** What a model says, in the pieces in which it says it. */
interface Script {
  reasoning: string[]
  text: string[]
  calls: Call[]
  input: number
  output: number
  /** The message of the error that ends the stream. */
  error: string | undefined
  random: Random
}

const WORDS = [
  'Hello',
  ' world',
  '\n\n',
  'é',
  '你好',
  ' 👩‍👩‍👧',
  '"quoted"',
  '\\',
  '[DONE]',
  '{"a":1}',
  ' ',
  '# Title\n',
  'data: no',
  '\u2028',
  'null',
]

function pieces(random: Random, most: number): string[] {
  return Array.from({ length: random(most + 1) }, () => pick(random, WORDS))
}

/** A text in pieces, as a model's tokens cut it. */
function cut(random: Random, text: string): string[] {
  return text.match(new RegExp(`[^]{1,${1 + random(9)}}`, 'gu')) ?? []
}

function script(seed: number): Script {
  const random = randomFrom(seed)
  const calls = Array.from({ length: random(2) * random(4) }, (_, index) => {
    const args = { location: pick(random, WORDS), days: random(9), nested: { list: [1, 'x'] } }
    const fragments = random(5) === 0 ? [] : cut(random, JSON.stringify(args))
    return { id: `call${index}`, name: pick(random, ['get_weather', 'now']), fragments }
  })
  return {
    reasoning: random(2) === 0 ? [] : pieces(random, 4),
    text: pieces(random, 6),
    calls,
    input: 1 + random(1000),
    output: 1 + random(1000),
    error: random(6) === 0 ? 'the model is overloaded' : undefined,
    random,
  }
}

/** The fragments of calls, those of one call in order. */
function inTurns({ calls, random }: Script): [call: Call, fragment: string][] {
  const rest = calls.map((call) => ({ call, left: [...call.fragments] }))
  const turns: [Call, string][] = []
  for (;;) {
    const busy = rest.filter(({ left }) => left.length > 0)
    if (busy.length === 0) return turns
    const { call, left } = pick(random, busy)
    turns.push([call, left.shift()!])
  }
}

const argumentsOf = ({ fragments }: Call): object => JSON.parse(fragments.join('') || '{}')

/** The blocks of a vendor's stream, without its error. */
type Writer = (script: Script) => string[]

const data = (value: unknown): string =>
  `data: ${typeof value === 'string' ? value : JSON.stringify(value)}`
const event = (type: string, value: unknown): string => `event: ${type}\n${data(value)}`
/** Events whose names are their members `type`. */
const typed = (value: { type: string }): string => event(value.type, value)

const openaiChat: Writer = (script) => {
  const base = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' }
  const chunk = (delta: object, finish_reason: string | null = null) =>
    data({ ...base, choices: [{ index: 0, delta, logprobs: null, finish_reason }] })
  return [
    chunk({ role: 'assistant', content: '' }),
    ...script.reasoning.map((reasoning_content) => chunk({ reasoning_content })),
    ...script.text.map((content) => chunk({ content })),
    ...script.calls.map(({ id, name }, index) =>
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
    ),
    ...inTurns(script).map(([call, fragment]) =>
      chunk({
        tool_calls: [{ index: script.calls.indexOf(call), function: { arguments: fragment } }],
      }),
    ),
    chunk({}, script.calls.length > 0 ? 'tool_calls' : 'stop'),
    data({
      ...base,
      choices: [],
      usage: { prompt_tokens: script.input, completion_tokens: script.output, total_tokens: 1 },
    }),
    data('[DONE]'),
  ]
}

const completions: Writer = ({ text, input, output }) => {
  const base = { id: 'c', object: 'text_completion', created: 1, model: 'm' }
  const choice = (text: string, finish_reason: string | null = null) =>
    data({ ...base, choices: [{ index: 0, text, logprobs: null, finish_reason }] })
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: 1 }
  return [
    ...text.map((piece) => choice(piece)),
    choice('', 'length'),
    data({ ...base, choices: [], usage }),
    data('[DONE]'),
  ]
}

const mistral: Writer = ({ text, reasoning, calls, input, output, random }) => {
  const base = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' }
  const chunk = (delta: object, finish_reason: string | null = null, more: object = {}) =>
    data({ ...base, choices: [{ index: 0, delta, finish_reason }], ...more })
  const part = (text: string) => ({ type: 'text', text })
  return [
    chunk({ role: 'assistant', content: '' }),
    ...reasoning.map((piece) =>
      chunk({ content: [{ type: 'thinking', thinking: [part(piece)] }] }),
    ),
    ...text.map((piece) => chunk({ content: random(2) === 0 ? piece : [part(piece)] })),
    chunk(
      {
        content: '',
        tool_calls: calls.map((call, index) => ({
          id: call.id,
          index,
          function: { name: call.name, arguments: call.fragments.join('') || '{}' },
        })),
      },
      'stop',
      { usage: { prompt_tokens: input, completion_tokens: output, total_tokens: 1 } },
    ),
    data('[DONE]'),
  ]
}

const openaiResponses: Writer = (script) => {
  const { text, reasoning, calls } = script
  const hasText = text.join('') !== ''
  const thought = {
    id: 'rs',
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: reasoning.join('') }],
  }
  const message = { id: 'msg', type: 'message', role: 'assistant', status: 'in_progress' }
  const content = (text: string) => ({ type: 'output_text', text, annotations: [] })
  const callAt = calls.map((call, index) => ({
    output_index: (reasoning.length > 0 ? 1 : 0) + (hasText ? 1 : 0) + index,
    item: { id: `fc${index}`, type: 'function_call', call_id: call.id, name: call.name },
  }))
  const response = { id: 'resp', object: 'response', model: 'm', status: 'in_progress' }
  const output: object[] = []
  const blocks = [typed({ type: 'response.created', response: { ...response, output } } as never)]
  const add = (value: object) => blocks.push(typed(value as { type: string }))
  if (reasoning.length > 0) {
    add({ type: 'response.output_item.added', output_index: 0, item: { ...thought, summary: [] } })
    const at = { item_id: 'rs', output_index: 0, summary_index: 0 }
    const part = { type: 'summary_text', text: '' }
    add({ type: 'response.reasoning_summary_part.added', ...at, part })
    for (const delta of reasoning) {
      add({ type: 'response.reasoning_summary_text.delta', ...at, delta })
    }
    add({ type: 'response.output_item.done', output_index: 0, item: thought })
    output.push(thought)
  }
  if (hasText) {
    const at = { item_id: 'msg', output_index: output.length, content_index: 0 }
    add({ type: 'response.output_item.added', ...at, item: { ...message, content: [] } })
    add({ type: 'response.content_part.added', ...at, part: content('') })
    for (const delta of text) {
      add({ type: 'response.output_text.delta', ...at, delta, obfuscation: 'xyz' })
    }
    add({ type: 'response.output_text.done', ...at, text: text.join('') })
    const item = { ...message, status: 'completed', content: [content(text.join(''))] }
    add({ type: 'response.output_item.done', ...at, item })
    output.push(item)
  }
  for (const { output_index, item } of callAt) {
    add({ type: 'response.output_item.added', output_index, item: { ...item, arguments: '' } })
  }
  const places = new Map(calls.map((call, index) => [call, callAt[index]!]))
  for (const [call, delta] of inTurns(script)) {
    const { output_index, item } = places.get(call)!
    const at = { output_index, item_id: item.id }
    add({ type: 'response.function_call_arguments.delta', ...at, delta })
  }
  for (const [call, { output_index, item }] of places) {
    const args = call.fragments.join('') || '{}'
    const at = { output_index, item_id: item.id }
    add({ type: 'response.function_call_arguments.done', ...at, arguments: args })
    const done = { ...item, arguments: args, status: 'completed' }
    add({ type: 'response.output_item.done', output_index, item: done })
    output.push(done)
  }
  const usage = { input_tokens: script.input, output_tokens: script.output, total_tokens: 1 }
  add({
    type: 'response.completed',
    response: { ...response, status: 'completed', output, usage },
  })
  return blocks
}

const anthropic: Writer = (script) => {
  const { text, reasoning, calls, random } = script
  const hasText = text.join('') !== ''
  let index = 0
  const usage = { input_tokens: script.input, output_tokens: 1, cache_read_input_tokens: 0 }
  const message = { id: 'msg', type: 'message', role: 'assistant', model: 'm', content: [], usage }
  const blocks = [typed({ type: 'message_start', message } as never)]
  const add = (value: object) => blocks.push(typed(value as { type: string }))
  const block = (content_block: object, deltas: object[]) => {
    add({ type: 'content_block_start', index, content_block })
    for (const delta of deltas) add({ type: 'content_block_delta', index, delta })
    if (random(2) === 0) add({ type: 'ping' })
    add({ type: 'content_block_stop', index: index++ })
  }
  if (reasoning.length > 0) {
    block({ type: 'thinking', thinking: '', signature: '' }, [
      ...reasoning.map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature: 'sig' },
    ])
  }
  if (hasText) {
    block(
      { type: 'text', text: '' },
      text.map((text) => ({ type: 'text_delta', text })),
    )
  }
  const first = index
  for (const { id, name } of calls) {
    const content_block = { type: 'tool_use', id, name, input: {} }
    add({ type: 'content_block_start', index: index++, content_block })
  }
  for (const [call, partial_json] of inTurns(script)) {
    const delta = { type: 'input_json_delta', partial_json }
    add({ type: 'content_block_delta', index: first + calls.indexOf(call), delta })
  }
  calls.forEach((_, at) => add({ type: 'content_block_stop', index: first + at }))
  const stop_reason = calls.length > 0 ? 'tool_use' : 'end_turn'
  add({
    type: 'message_delta',
    delta: { stop_reason, stop_sequence: null },
    usage: { output_tokens: script.output },
  })
  add({ type: 'message_stop' })
  return blocks
}

const gemini: Writer = ({ text, reasoning, calls, input, output }) => {
  const chunk = (parts: object[], more: object = {}, usage: object = {}) =>
    data({
      candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
      usageMetadata: { promptTokenCount: input, ...usage },
      modelVersion: 'm',
      responseId: 'r',
    })
  return [
    ...reasoning.map((text) => chunk([{ text, thought: true }])),
    ...text.map((text) => chunk([{ text }])),
    chunk(
      calls.map((call) => ({ functionCall: { name: call.name, args: argumentsOf(call) } })),
      { finishReason: 'STOP' },
      { candidatesTokenCount: output, totalTokenCount: 1 },
    ),
  ]
}

const geminiInteractions: Writer = ({ text, reasoning, calls, input, output }) => {
  const blocks: string[] = []
  let index = 0
  const interaction = { id: 'i', object: 'interaction', model: 'm', status: 'in_progress' }
  const add = (event_type: string, value: object) =>
    blocks.push(event(event_type, { event_type, event_id: `e${blocks.length}`, ...value }))
  const step = (step: object, deltas: object[]) => {
    add('step.start', { index, step })
    for (const delta of deltas) add('step.delta', { index, delta })
    add('step.stop', { index: index++ })
  }
  add('interaction.created', { interaction })
  add('interaction.status_update', { interaction_id: 'i', status: 'in_progress' })
  if (reasoning.length > 0) {
    const deltas = reasoning.map((text) => ({
      type: 'thought_summary',
      content: { type: 'text', text },
    }))
    step({ type: 'thought' }, [...deltas, { type: 'thought_signature', signature: 's' }])
  }
  if (text.length > 0) {
    step(
      { type: 'model_output' },
      text.map((text) => ({ type: 'text', text })),
    )
  }
  for (const { id, name, fragments } of calls) {
    step(
      { type: 'function_call', id, name, arguments: {} },
      fragments.map((fragment) => ({ type: 'arguments_delta', arguments: fragment })),
    )
  }
  const status = calls.length > 0 ? 'requires_action' : 'completed'
  const usage = { total_input_tokens: input, total_output_tokens: output }
  add('interaction.completed', { interaction: { ...interaction, status, usage } })
  blocks.push('event: done\ndata: [DONE]')
  return blocks
}

const ollama: Writer = ({ text, reasoning, calls, input, output }) => {
  const line = (message: object, more: object = { done: false }) =>
    JSON.stringify({
      model: 'm',
      created_at: '2026-01-01T00:00:00Z',
      message: { role: 'assistant', content: '', ...message },
      ...more,
    })
  return [
    ...reasoning.map((thinking) => line({ thinking })),
    ...text.map((content) => line({ content })),
    ...calls.map((call) =>
      line({
        tool_calls: [{ id: call.id, function: { name: call.name, arguments: argumentsOf(call) } }],
      }),
    ),
    line({}, { done: true, done_reason: 'stop', prompt_eval_count: input, eval_count: output }),
  ]
}

const aiSdk: Writer = (script) => {
  const { text, reasoning, calls, random } = script
  const blocks: string[] = []
  const add = (type: string, value: object = {}) => blocks.push(data({ type, ...value }))
  const block = (kind: string, deltas: string[]) => {
    if (deltas.length === 0) return
    add(`${kind}-start`, { id: kind })
    for (const delta of deltas) add(`${kind}-delta`, { id: kind, delta, providerMetadata: {} })
    add(`${kind}-end`, { id: kind })
  }
  const noise = () => {
    const kind = random(4)
    if (kind === 0) add('data-weather', { id: 'd', data: { text: 'no', delta: 'no' } })
    if (kind === 1) add('source-url', { sourceId: 's', url: 'https://example.com', title: 'no' })
    if (kind === 2) add('file', { url: 'data:,no', mediaType: 'text/plain' })
  }
  add('start', random(2) === 0 ? { messageId: 'm' } : {})
  add('start-step')
  block('reasoning', reasoning)
  noise()
  block('text', text)
  noise()
  for (const { id: toolCallId, name } of calls) {
    add('tool-input-start', { toolCallId, toolName: name })
  }
  for (const [{ id: toolCallId }, inputTextDelta] of inTurns(script)) {
    add('tool-input-delta', { toolCallId, inputTextDelta })
  }
  for (const call of calls) {
    const { id: toolCallId, name: toolName } = call
    const input = argumentsOf(call)
    if (random(3) === 0) {
      add('tool-input-error', { toolCallId, toolName, input, errorText: 'no' })
      continue
    }
    add('tool-input-available', { toolCallId, toolName, input })
    const result = random(3)
    if (result === 0) add('tool-output-available', { toolCallId, output: { text: 'no' } })
    if (result === 1) add('tool-output-error', { toolCallId, errorText: 'no' })
  }
  add('finish-step')
  const usage = { inputTokens: script.input, outputTokens: script.output }
  add('finish', {
    ...(random(2) === 0 && { finishReason: 'stop' }),
    messageMetadata: { usage },
  })
  blocks.push(data('[DONE]'))
  return blocks
}

/** AG-UI's events, which TanStack AI speaks, too. */
function agUiEvents(script: Script, finish: object, isChunked: boolean): string[] {
  const { text, reasoning, calls } = script
  const blocks: string[] = []
  const add = (type: string, value: object = {}) => blocks.push(data({ type, ...value }))
  const run = { threadId: 't', runId: 'r' }
  add('RUN_STARTED', run)
  if (reasoning.length > 0) {
    add('REASONING_START', { messageId: 'rs' })
    add('REASONING_MESSAGE_START', { messageId: 'rm', role: 'reasoning' })
    for (const delta of reasoning) add('REASONING_MESSAGE_CONTENT', { messageId: 'rm', delta })
    add('REASONING_MESSAGE_END', { messageId: 'rm' })
    add('REASONING_END', { messageId: 'rs' })
  }
  if (text.length > 0 && isChunked) {
    for (const delta of text) {
      add('TEXT_MESSAGE_CHUNK', { messageId: 'm', role: 'assistant', delta })
    }
  } else if (text.length > 0) {
    add('TEXT_MESSAGE_START', { messageId: 'm', role: 'assistant' })
    for (const delta of text) add('TEXT_MESSAGE_CONTENT', { messageId: 'm', delta })
    add('TEXT_MESSAGE_END', { messageId: 'm' })
  }
  add('CUSTOM', { name: 'no', value: { delta: 'no' } })
  for (const { id: toolCallId, name } of calls) {
    add('TOOL_CALL_START', { toolCallId, toolCallName: name, parentMessageId: 'm' })
  }
  for (const [{ id: toolCallId }, delta] of inTurns(script)) {
    add('TOOL_CALL_ARGS', { toolCallId, delta })
  }
  for (const { id: toolCallId } of calls) add('TOOL_CALL_END', { toolCallId })
  add('RUN_FINISHED', { ...run, ...finish })
  return blocks
}

const tokens = (inputTokens: number, outputTokens: number) => {
  return { provider: 'p', model: 'm', inputTokens, outputTokens }
}

const agUi: Writer = (script) => {
  const { input, output, random } = script
  const outcome = { type: 'success' }
  // One entry per model.
  const usage =
    random(2) === 0
      ? [tokens(input, output)]
      : [tokens(input - 1, output - 1), tokens(1, 0), tokens(0, 1)]
  return agUiEvents(script, { outcome, usage }, random(2) === 0)
}

const tanstack: Writer = (script) => {
  const finishReason = script.calls.length > 0 ? 'tool_calls' : 'stop'
  const metadata = { tanstack: { finishReason, model: 'm' } }
  // Its client only reads the first entry.
  const finish = { metadata, usage: [tokens(script.input, script.output)] }
  return [...agUiEvents(script, finish, false), data('[DONE]')]
}

const coze: Writer = ({ text, reasoning, calls, input, output }) => {
  const message = { id: 'm', conversation_id: 'cv', bot_id: 'b', role: 'assistant', chat_id: 'c' }
  const chat = { id: 'c', conversation_id: 'cv', bot_id: 'b', last_error: { code: 0, msg: '' } }
  const add = (name: string, value: object) => event(`conversation.${name}`, value)
  const delta = (value: object) =>
    add('message.delta', { ...message, type: 'answer', content_type: 'text', ...value })
  const usage = { token_count: input + output, input_count: input, output_count: output }
  return [
    add('chat.created', { ...chat, status: 'created' }),
    add('chat.in_progress', { ...chat, status: 'in_progress' }),
    ...reasoning.map((reasoning_content) => delta({ content: '', reasoning_content })),
    ...text.map((content) => delta({ content })),
    ...(text.join('') + reasoning.join('') === ''
      ? []
      : [add('message.completed', { ...message, type: 'answer', content: text.join('') })]),
    add('message.completed', { ...message, type: 'verbose', content: '{"msg_type":"no"}' }),
    add('message.completed', { ...message, type: 'follow_up', content: 'And then?' }),
    calls.length > 0
      ? add('chat.requires_action', {
          ...chat,
          status: 'requires_action',
          usage,
          required_action: {
            type: 'submit_tool_outputs',
            submit_tool_outputs: {
              tool_calls: calls.map(({ id, name, fragments }) => ({
                id,
                type: 'function',
                function: { name, arguments: fragments.join('') || '{}' },
              })),
            },
          },
        })
      : add('chat.completed', { ...chat, status: 'completed', usage }),
    event('done', '"[DONE]"'),
  ]
}

const dify: Writer = ({ text, input, output, random }) => {
  const base = { conversation_id: 'cv', message_id: 'm', created_at: 1, task_id: 't' }
  const kind = pick(random, ['message', 'agent_message'])
  const answer = text.join('')
  const run = { id: 'w', workflow_id: 'w', status: 'succeeded', outputs: { answer } }
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: 1 }
  const isFlow = kind === 'message' && random(2) === 0
  return [
    ...(isFlow ? [data({ event: 'workflow_started', ...base, data: { id: 'w' } })] : []),
    ...(isFlow ? [data({ event: 'node_started', ...base, data: { title: 'no' } })] : []),
    ...(kind === 'agent_message' ? [data({ event: 'agent_thought', ...base, thought: 'no' })] : []),
    ...text.map((piece) => data({ event: kind, ...base, answer: piece })),
    'event: ping',
    data({ event: 'message_file', ...base, type: 'image', url: 'no' }),
    ...(isFlow
      ? [data({ event: 'node_finished', ...base, data: { outputs: { text: 'no' } } })]
      : []),
    ...(isFlow ? [data({ event: 'workflow_finished', ...base, data: run })] : []),
    data({ event: 'message_end', ...base, metadata: { usage } }),
    data({ event: 'tts_message_end', ...base, audio: '' }),
  ]
}

const cloudflare: Writer = ({ text, input, output }) => [
  ...text.map((response) => data({ response, p: 'abcdef' })),
  data({ response: '', usage: { prompt_tokens: input, completion_tokens: output } }),
  data('[DONE]'),
]

const llamaCpp: Writer = ({ text, input, output }) => [
  ...text.map((content) => data({ index: 0, content, tokens: [1], stop: false, id_slot: 0 })),
  data({
    content: '',
    stop: true,
    stop_type: 'eos',
    tokens_evaluated: input,
    tokens_predicted: output,
  }),
]

interface Dialect {
  format: AnswerFormat
  write: Writer
  /** The block of an error with this message. */
  error: (message: string) => string
  /** Why it ends, without and with calls. */
  finish: [plain: string | undefined, calls: string | undefined]
  /** What it can't say. */
  lacks?: ('reasoning' | 'calls' | 'ids')[]
}

const error = (message: string) => data({ error: { message, type: 'server_error', code: null } })

/** Each way to stream an answer. */
export const DIALECTS: Record<string, Dialect> = {
  'openai-chat': {
    format: 'openai-chat',
    write: openaiChat,
    error,
    finish: ['stop', 'tool_calls'],
  },
  completions: {
    format: 'openai-chat',
    write: completions,
    error,
    finish: ['length', 'length'],
    lacks: ['reasoning', 'calls'],
  },
  mistral: { format: 'openai-chat', write: mistral, error, finish: ['stop', 'stop'] },
  'openai-responses': {
    format: 'openai-responses',
    write: openaiResponses,
    error: (message) => typed({ type: 'error', code: 'server_error', message } as never),
    finish: ['completed', 'completed'],
  },
  anthropic: {
    format: 'anthropic',
    write: anthropic,
    error: (message) =>
      typed({ type: 'error', error: { type: 'overloaded_error', message } } as never),
    finish: ['end_turn', 'tool_use'],
  },
  gemini: {
    format: 'gemini',
    write: gemini,
    error: (message) => data({ error: { code: 503, message, status: 'UNAVAILABLE' } }),
    finish: ['STOP', 'STOP'],
    lacks: ['ids'],
  },
  'gemini-interactions': {
    format: 'gemini-interactions',
    write: geminiInteractions,
    error: (message) => event('error', { event_type: 'error', error: { code: 'c', message } }),
    finish: ['completed', 'requires_action'],
  },
  ollama: {
    format: 'ollama',
    write: ollama,
    error: (message) => JSON.stringify({ error: message }),
    finish: ['stop', 'stop'],
  },
  'ai-sdk': {
    format: 'ai-sdk',
    write: aiSdk,
    error: (errorText) => data({ type: 'error', errorText }),
    finish: ['stop', 'stop'],
  },
  'ag-ui': {
    format: 'ag-ui',
    write: agUi,
    error: (message) => data({ type: 'RUN_ERROR', message, code: 'c' }),
    finish: ['success', 'success'],
  },
  tanstack: {
    format: 'ag-ui',
    write: tanstack,
    error: (message) => data({ type: 'RUN_ERROR', message }),
    finish: ['stop', 'tool_calls'],
  },
  coze: {
    format: 'coze',
    write: coze,
    error: (msg) => event('error', { code: 4000, msg }),
    finish: ['completed', 'requires_action'],
  },
  dify: {
    format: 'dify',
    write: dify,
    error: (message) => data({ event: 'error', status: 500, code: 'c', message }),
    finish: ['stop', 'stop'],
    lacks: ['reasoning', 'calls'],
  },
  cloudflare: {
    format: 'cloudflare',
    write: cloudflare,
    error,
    finish: [undefined, undefined],
    lacks: ['reasoning', 'calls'],
  },
  'llama-cpp': {
    format: 'llama-cpp',
    write: llamaCpp,
    error,
    finish: ['eos', 'eos'],
    lacks: ['reasoning', 'calls'],
  },
}

/** A random answer in a dialect, and what has to be read of it. */
export interface Generated {
  transcript: Transcript
  expected: Common
  error: string | undefined
}

export function generate(name: string, seed: number): Generated {
  const { format, write, error, finish, lacks = [] } = DIALECTS[name]!
  const made = script(seed)
  if (lacks.includes('reasoning')) made.reasoning = []
  if (lacks.includes('calls')) made.calls = []
  const { text, reasoning, calls, input, output, random } = made
  const blocks = write(made)
  // The last blocks may end the stream before.
  if (made.error) {
    blocks.splice(random(Math.max(1, blocks.length - 5)), blocks.length, error(made.error))
  }
  const isLines = format === 'ollama'
  const separator = random(2) === 0 && !isLines ? '\n\n: keep-alive\n\n' : isLines ? '\n' : '\n\n'
  const end = isLines ? '\n' : '\n\n'
  return {
    transcript: {
      name: `${name}, seed ${seed}${isLines ? '.ndjson' : ''}`,
      format,
      bytes: new TextEncoder().encode(blocks.join(separator) + end),
      expected: {} as Transcript['expected'],
    },
    expected: {
      text: text.join(''),
      reasoning: reasoning.join('') || undefined,
      finishReason: finish[calls.length > 0 ? 1 : 0],
      toolCalls: calls.map((call) => ({
        id: lacks.includes('ids') ? '' : call.id,
        name: call.name,
        arguments: argumentsOf(call),
      })),
      inputTokens: input,
      outputTokens: output,
    },
    error: made.error,
  }
}
