// More of the kinds of real-streams.json, as servers and gateways send them.

import type { AnswerFormat } from 'sluicegate/llm'
import type { StreamCase } from '../real-streams.test.js'

type Expect = StreamCase['expect']
type Call = [id: string, name: string, args: string]

const data = (...values: unknown[]) =>
  values
    .map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`)
    .join('')
const event = (type: string, value: unknown) => `event: ${type}\n${data(value)}`
/** Events whose names are their members `type`. */
const typed = (...values: { type: string }[]) =>
  values.map((value) => event(value.type, value)).join('')

const chunk = (delta: unknown, more: object = {}) => ({ choices: [{ index: 0, delta, ...more }] })
const HI = data(chunk({ content: 'Hi' }), '[DONE]')
const calls = (...toolCalls: Call[]): Expect => ({
  toolCalls: toolCalls.map(([id, name, args]) => ({ id, name, arguments: args })),
})
const toolCalls = (...tool_calls: object[]) => chunk({ tool_calls })

function table(
  kind: string,
  rows: [name: string, body: string, expect: Expect, format?: AnswerFormat][],
): StreamCase[] {
  return rows.map(([name, body, expect, format = 'auto']) => {
    return { name: `${kind}: ${name}`, body, expect, format }
  })
}

const TEXT = { text: 'Hi' }

const HEARTBEATS = [
  'event: ping\ndata: {"type":"ping"}\n\n',
  'event: ping\ndata: {}\n\n',
  'event: ping\ndata\n\n',
  'event: heartbeat\ndata: {"time":1}\n\n',
  'event: keep-alive\ndata: \n\n',
  'event: keepalive\ndata: x\n\n',
  'event: status\ndata: queued\n\n',
  ': OPENROUTER PROCESSING\n\n',
  'data: \n\n',
  'data:  \n\n',
  'data\n\n',
  'data: {"event":"ping"}\n\n',
  'data: {"type":"heartbeat"}\n\n',
  'data: {}\n\n',
  'data: []\n\n',
  'data: null\n\n',
  'data: keep-alive\n\n',
  'data: keepalive\n\n',
  'data: ping\n\n',
  'data: [PING]\n\n',
  'data: : ping - 2026-01-01 12:00:00.000000\n\n',
  'data: : OPENROUTER PROCESSING\n\n',
  'data: heartbeat\n\n',
  'data: 1732612345678\n\n',
  'data: 2026-01-01T12:00:00Z\n\n',
  'data: connected\n\n',
  'retry: 3000\n\n',
]

const TOOL_USE = { type: 'tool_use', id: 't', name: 'f', input: {} }
const json = (partial_json: string, index = 0) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'input_json_delta', partial_json },
})
const item = (more: object) => ({
  type: 'function_call',
  id: 'fc',
  call_id: 'a',
  name: 'f',
  ...more,
})

const WHOLE_CHAT = {
  id: 'c',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 1 },
}
const WHOLE_MESSAGE = {
  id: 'msg',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [
    { type: 'thinking', thinking: 'hmm', signature: 's' },
    { type: 'text', text: 'Hi' },
    { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
  ],
  stop_reason: 'tool_use',
  usage: { input_tokens: 3, output_tokens: 1 },
}
const GEMINI = (text: string, more: object = {}) => ({
  candidates: [{ content: { parts: [{ text }] }, ...more }],
})
const WHOLE_RESPONSE = {
  id: 'resp',
  object: 'response',
  status: 'completed',
  error: null,
  output: [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hmm' }] },
    { type: 'message', content: [{ type: 'output_text', text: 'Hi' }] },
    item({ arguments: '{"a":1}' }),
  ],
  usage: { input_tokens: 3, output_tokens: 1 },
}

export const MORE_STREAMS: StreamCase[] = [
  ...table(
    'heartbeats',
    HEARTBEATS.flatMap((beat): [string, string, Expect, AnswerFormat?][] => [
      [`${JSON.stringify(beat)} before`, beat + beat + HI, TEXT],
      [`${JSON.stringify(beat)} between`, HI.replace('data: [DONE]', `${beat}data: [DONE]`), TEXT],
      [`${JSON.stringify(beat)} before, by name`, beat + HI, TEXT, 'openai-chat'],
      [`${JSON.stringify(beat)} before what just ends`, beat + data(GEMINI('Hi')), TEXT],
      [
        `${JSON.stringify(beat)} alone`,
        beat + beat,
        beat.includes('connected') ? {} : { fails: 'unknown-format' },
      ],
    ]),
  ),
  ...table('heartbeats', [
    ['all of them', HEARTBEATS.join('') + HI, TEXT],
    [
      'before Anthropic',
      HEARTBEATS.join('') +
        typed({ type: 'content_block_delta', delta: { type: 'text_delta', text: 'Hi' } } as never, {
          type: 'message_stop',
        }),
      TEXT,
    ],
    ['a word before text is text', data('ok', ' then', '[DONE]'), { text: 'ok then' }],
    ['a number is an answer', data('42'), { text: '42' }],
    ['a short answer', data('OK', '[DONE]'), { text: 'OK' }],
    ['JSON between text', data('Hel', { type: 'ping' }, 'lo'), { text: 'Hello' }],
    [
      'an unknown word before JSON loses nothing',
      data('Warming up') + HI,
      { text: 'Warming upHi' },
    ],
    ['only [DONE]', data('[DONE]'), { fails: 'unknown-format' }],
  ]),

  ...table('text', [
    ['plain', data('Hello', ' world'), { text: 'Hello world' }],
    ['ended by [DONE]', data('Hello', '[DONE]', 'late'), { text: 'Hello' }],
    [
      "ended by the relay's done",
      data('Hello') + event('done', { finishReason: 'stop' }),
      { text: 'Hello', finishReason: 'stop' },
    ],
    ['that begins like JSON', data('{', '"a"', ': 1}'), { text: '{"a": 1}' }],
    ['that begins with a citation', data('[1]', ' A'), { text: '[1] A' }],
    ['not Latin', data('你好', ',世界'), { text: '你好,世界' }],
    ['an emoji', data('🙂'), { text: '🙂' }],
    ['Markdown', data('**', 'Hi', '**'), { text: '**Hi**' }],
  ]),

  ...table('not understood', [
    ["a stranger's JSON", data({ foo: 1 }, { foo: 2 }), { fails: 'unknown-format', says: 'foo' }],
    [
      "a stranger's JSON and [DONE]",
      data({ status: 'ok' }, '[DONE]'),
      { fails: 'unknown-format', says: 'status' },
    ],
    [
      "a stranger's start and finish",
      data({ type: 'start' }, { type: 'token', token: 'a' }, { type: 'finish' }),
      { fails: 'unknown-format' },
    ],
    [
      "a stranger's named events",
      event('token', 'Hi') + event('token', '!'),
      { fails: 'unknown-format' },
    ],
    ['another format than the one given', HI, { fails: 'unknown-format' }, 'gemini'],
    ['nothing', '', { fails: 'unknown-format', says: 'No data was received' }],
    ['comments', ': ok\n\n: ok\n\n', { fails: 'unknown-format', says: ': ok' }],
    [
      'NDJSON',
      '{"response":"a","done":false}\n{"response":"b","done":true}\n',
      { fails: 'unknown-format', says: 'response' },
    ],
    ['HTML', '<html><body>Bad gateway</body></html>', { fails: 'unknown-format', says: '<html>' }],
    ['unframed text', 'Hello world\n', { fails: 'unknown-format', says: 'Hello' }],
    [
      'an unframed error',
      '{"error":{"message":"no such model"}}',
      { fails: 'unknown-format', says: 'no such model' },
    ],
    [
      'an unframed error as text',
      '{"error":"model \'x\' not found"}\n\n',
      { fails: 'unknown-format', says: "model 'x' not found" },
    ],
    [
      'an unframed error on lines',
      '{\n  "error": {\n    "message": "quota"\n  }\n}\n',
      { fails: 'unknown-format', says: 'quota' },
    ],
    [
      'an unframed list of an error',
      '[{\n"error": {"code": 400, "message": "bad key"}\n}\n]',
      { fails: 'unknown-format', says: 'bad key' },
    ],
    [
      'an unframed error of FastAPI',
      '{"detail":"Not Found"}',
      { fails: 'unknown-format', says: 'Not Found' },
    ],
    ['unframed JSON of a stranger', '{"foo":1}', { fails: 'unknown-format', says: 'foo' }],
    [
      'an AI SDK data stream of version 4',
      '0:"Hello"\nd:{"finishReason":"stop"}\n',
      { fails: 'unknown-format' },
    ],
    [
      'an empty answer is none',
      data(chunk({ role: 'assistant' }), chunk({}, { finish_reason: 'stop' }), '[DONE]'),
      { text: '', finishReason: 'stop' },
    ],
    [
      'an empty answer without a reason is none',
      data(chunk({ role: 'assistant', content: '' }), '[DONE]'),
      { text: '' },
    ],
    [
      'an empty message of Anthropic',
      typed(
        { type: 'message_start', message: { id: 'm' } } as never,
        { type: 'message_delta', delta: { stop_reason: 'end_turn' } } as never,
        { type: 'message_stop' },
      ),
      { text: '', finishReason: 'end_turn' },
    ],
    [
      'an end alone, of a format by name',
      data({ type: 'finish' }, '[DONE]'),
      { text: '' },
      'ai-sdk',
    ],
    ['an end alone, of no format', data({ done: true }), { fails: 'unknown-format' }],
    ['a truncated JSON at the start', 'data: {"choices":[{"del\n\n', { fails: 'parse-json' }],
  ]),

  ...table('formats', [
    [
      'AI SDK, all parts',
      data(
        { type: 'start', messageId: 'm' },
        { type: 'start-step' },
        { type: 'reasoning-start', id: '0' },
        { type: 'reasoning-delta', id: '0', delta: 'hmm' },
        { type: 'reasoning-end', id: '0' },
        { type: 'text-start', id: '1' },
        { type: 'text-delta', id: '1', delta: 'Hi' },
        { type: 'text-end', id: '1' },
        { type: 'data-weather', data: { text: 'no' } },
        { type: 'source-url', url: 'x' },
        { type: 'finish-step' },
        {
          type: 'finish',
          finishReason: 'stop',
          messageMetadata: { usage: { inputTokens: 3, outputTokens: 1 } },
        },
        '[DONE]',
      ),
      {
        text: 'Hi',
        reasoning: 'hmm',
        id: 'm',
        finishReason: 'stop',
        inputTokens: 3,
        outputTokens: 1,
      },
    ],
    [
      'AI SDK, by name',
      data({ type: 'text-delta', id: '1', delta: 'Hi' }, { type: 'finish' }, '[DONE]'),
      { text: 'Hi', finishReason: 'stop' },
      'ai-sdk',
    ],
    [
      'AI SDK, aborted',
      data({ type: 'text-delta', delta: 'Hi' }, { type: 'abort', reason: 'stop' }),
      { text: 'Hi', finishReason: 'abort' },
    ],
    [
      'AI SDK, empty',
      data(
        { type: 'start', messageId: 'm' },
        { type: 'start-step' },
        { type: 'finish-step' },
        { type: 'finish' },
        '[DONE]',
      ),
      { text: '' },
    ],
    [
      'AG-UI',
      data(
        { type: 'RUN_STARTED', threadId: 't', runId: 'r' },
        { type: 'REASONING_MESSAGE_CONTENT', messageId: 'm', delta: 'hmm' },
        { type: 'TEXT_MESSAGE_START', messageId: 'm' },
        { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'H' },
        { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta: 'i' },
        { type: 'TEXT_MESSAGE_END', messageId: 'm' },
        { type: 'STATE_SNAPSHOT', snapshot: {} },
        {
          type: 'RUN_FINISHED',
          threadId: 't',
          runId: 'r',
          usage: [{ inputTokens: 3, outputTokens: 1 }],
        },
      ),
      {
        text: 'Hi',
        reasoning: 'hmm',
        id: 'r',
        finishReason: 'stop',
        inputTokens: 3,
        outputTokens: 1,
      },
    ],
    [
      'AG-UI, empty',
      data({ type: 'RUN_STARTED', runId: 'r' }, { type: 'RUN_FINISHED' }),
      { text: '' },
      'ag-ui',
    ],
    [
      "TanStack AI's turns",
      data(
        { type: 'RUN_STARTED', runId: 'r' },
        { type: 'TEXT_MESSAGE_CONTENT', delta: 'H', content: 'H' },
        { type: 'RUN_FINISHED', finishReason: 'tool_calls' },
        { type: 'RUN_STARTED', runId: 'r' },
        { type: 'TEXT_MESSAGE_CONTENT', delta: 'i', content: 'Hi' },
        { type: 'RUN_FINISHED', finishReason: 'stop' },
        '[DONE]',
      ),
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      'Dify',
      data(
        { event: 'workflow_started', task_id: 't' },
        { event: 'message', message_id: 'm', task_id: 't', answer: 'H' },
        { event: 'message', message_id: 'm', answer: 'i' },
        { event: 'workflow_finished', data: { status: 'succeeded', outputs: { answer: 'Hi' } } },
        {
          event: 'message_end',
          message_id: 'm',
          metadata: { usage: { prompt_tokens: 3, completion_tokens: 1 } },
        },
      ),
      { text: 'Hi', id: 'm', inputTokens: 3, outputTokens: 1 },
    ],
    [
      "Dify's agent",
      `event: ping\n\n${data({ event: 'agent_thought', thought: 'no' }, { event: 'agent_message', answer: 'Hi' }, { event: 'message_end' })}`,
      { text: 'Hi' },
    ],
    [
      "Dify's workflow",
      data(
        { event: 'text_chunk', data: { text: 'Hi' } },
        { event: 'workflow_finished', data: { status: 'succeeded' } },
      ),
      { text: 'Hi' },
      'dify',
    ],
    [
      "Coze's chat",
      event('conversation.chat.created', { id: 'c' }) +
        event('conversation.message.delta', { role: 'assistant', type: 'answer', content: 'H' }) +
        event('conversation.message.delta', {
          type: 'answer',
          content: 'i',
          reasoning_content: 'hmm',
        }) +
        event('conversation.message.completed', { type: 'answer', content: 'Hi' }) +
        event('conversation.message.completed', { type: 'follow_up', content: 'And?' }) +
        event('conversation.chat.completed', {
          status: 'completed',
          usage: { input_count: 3, output_count: 1 },
        }) +
        event('done', '"[DONE]"'),
      {
        text: 'Hi',
        reasoning: 'hmm',
        id: 'c',
        finishReason: 'completed',
        inputTokens: 3,
        outputTokens: 1,
      },
    ],
    [
      'Coze, not streamed',
      event('conversation.message.completed', { type: 'answer', content: 'Hi' }) +
        event('done', '[DONE]'),
      TEXT,
      'coze',
    ],
    [
      'Gemini Interactions',
      event('interaction.created', {
        event_type: 'interaction.created',
        interaction: { id: 'i', model: 'm' },
      }) +
        data(
          { event_type: 'step.start', index: 0, step: { type: 'model_output' } },
          {
            event_type: 'step.delta',
            index: 0,
            delta: { type: 'thought_summary', content: { type: 'text', text: 'hmm' } },
          },
          { event_type: 'step.delta', index: 0, delta: { type: 'text', text: 'Hi' } },
          { event_type: 'step.stop', index: 0 },
          {
            event_type: 'interaction.completed',
            interaction: {
              id: 'i',
              status: 'completed',
              usage: { total_input_tokens: 3, total_output_tokens: 1, total_thought_tokens: 2 },
            },
          },
        ),
      {
        text: 'Hi',
        reasoning: 'hmm',
        id: 'i',
        model: 'm',
        finishReason: 'completed',
        inputTokens: 3,
        outputTokens: 3,
      },
    ],
    [
      'Cloudflare',
      data(
        { response: 'H', p: 'abc' },
        { response: 'i' },
        { response: '', usage: { prompt_tokens: 3, completion_tokens: 1 } },
        '[DONE]',
      ),
      { text: 'Hi', inputTokens: 3, outputTokens: 1 },
    ],
    [
      'llama.cpp',
      data(
        { index: 0, content: 'H', tokens: [1], stop: false },
        { content: 'i', stop: false },
        { content: '', stop: true, stop_type: 'limit', tokens_evaluated: 3, tokens_predicted: 2 },
      ),
      { text: 'Hi', finishReason: 'limit', inputTokens: 3, outputTokens: 2 },
    ],
    ['content alone', data({ content: 'H' }, { content: 'i' }), TEXT],
    [
      'legacy completions, whole',
      data({ object: 'text_completion', choices: [{ text: 'Hi', finish_reason: 'length' }] }),
      { text: 'Hi', finishReason: 'length' },
      'openai-chat',
    ],
    [
      "Azure's first chunk",
      data({ choices: [], created: 0, id: '', model: '', object: '', prompt_filter_results: [] }) +
        HI,
      { text: 'Hi', id: undefined },
    ],
    ['choices: null', data({ choices: null }) + HI, TEXT],
    [
      "Databricks' reasoning",
      data(
        chunk({
          content: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'hmm' }] }],
        }),
        chunk({ content: [{ type: 'text', text: 'Hi' }] }),
      ),
      { text: 'Hi', reasoning: 'hmm' },
    ],
    [
      'Anthropic without event names',
      data(
        { type: 'message_start', message: { id: 'm' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
        { type: 'message_stop' },
      ),
      { text: 'Hi', id: 'm' },
    ],
    [
      'Anthropic without types',
      event('content_block_delta', { index: 0, delta: { text: 'Hi' } }) + event('message_stop', {}),
      TEXT,
    ],
    [
      'Responses without event names',
      data(
        { type: 'response.output_text.delta', delta: 'Hi' },
        { type: 'response.completed', response: { status: 'completed' } },
      ),
      { text: 'Hi', finishReason: 'completed' },
    ],
    [
      '[DONE] with blanks',
      `${data(chunk({ content: 'Hi' }))}data:  [DONE] \n\n${data(chunk({ content: 'late' }))}`,
      TEXT,
    ],
    [
      '[DONE] behind Responses',
      data({ type: 'response.output_text.delta', delta: 'Hi' }, '[DONE]', {
        type: 'response.output_text.delta',
        delta: 'late',
      }),
      TEXT,
    ],
    [
      '[DONE] behind message frames',
      event('messageFragment', 'Hi') + data('[DONE]') + event('messageFragment', 'late'),
      TEXT,
    ],
    ["a stranger's start before JSON", event('start', { id: 1 }) + HI, TEXT],
  ]),

  ...table('whole answers', [
    [
      'chat',
      JSON.stringify(WHOLE_CHAT),
      { text: 'Hi', id: 'c', finishReason: 'stop', inputTokens: 3 },
    ],
    ['chat, on lines', JSON.stringify(WHOLE_CHAT, null, 2), { text: 'Hi', finishReason: 'stop' }],
    ['chat, framed', data(WHOLE_CHAT, '[DONE]'), { text: 'Hi', finishReason: 'stop' }],
    ['chat, by name', JSON.stringify(WHOLE_CHAT), TEXT, 'openai-chat'],
    [
      'chat behind its chunks',
      data(chunk({ content: 'H' }), chunk({ content: 'i' }), WHOLE_CHAT, '[DONE]'),
      TEXT,
    ],
    [
      'chat with calls',
      JSON.stringify({
        choices: [
          {
            message: {
              content: null,
              tool_calls: [
                { id: 'a', function: { name: 'f', arguments: '{"p":1}' } },
                { id: 'b', function: { name: 'f', arguments: '{"p":1}' } },
              ],
            },
          },
        ],
      }),
      calls(['a', 'f', '{"p":1}'], ['b', 'f', '{"p":1}']),
    ],
    [
      'Anthropic',
      JSON.stringify(WHOLE_MESSAGE),
      {
        text: 'Hi',
        reasoning: 'hmm',
        finishReason: 'tool_use',
        id: 'msg',
        ...calls(['t', 'f', '{"a":1}']),
        inputTokens: 3,
      },
    ],
    ['Anthropic, framed', data(WHOLE_MESSAGE), { text: 'Hi', reasoning: 'hmm' }, 'anthropic'],
    [
      'Gemini',
      JSON.stringify(GEMINI('Hi', { finishReason: 'STOP' })),
      { text: 'Hi', finishReason: 'STOP' },
    ],
    [
      'Gemini, a list',
      JSON.stringify([GEMINI('H'), GEMINI('i', { finishReason: 'STOP' })], null, 1),
      { text: 'Hi', finishReason: 'STOP' },
    ],
    ['Gemini, a list, by name', JSON.stringify([GEMINI('H'), GEMINI('i')]), TEXT, 'gemini'],
    [
      'Ollama',
      JSON.stringify({
        model: 'm',
        message: { content: 'Hi' },
        done: true,
        done_reason: 'stop',
        prompt_eval_count: 3,
        eval_count: 1,
      }),
      { text: 'Hi', finishReason: 'stop', inputTokens: 3, outputTokens: 1 },
    ],
    [
      'Responses',
      JSON.stringify(WHOLE_RESPONSE),
      { text: 'Hi', reasoning: 'hmm', finishReason: 'completed', ...calls(['a', 'f', '{"a":1}']) },
    ],
    [
      'Responses, only the last event',
      typed({ type: 'response.completed', response: WHOLE_RESPONSE } as never),
      { text: 'Hi', ...calls(['a', 'f', '{"a":1}']) },
    ],
    [
      'Responses behind its deltas',
      typed(
        { type: 'response.output_text.delta', delta: 'Hi' } as never,
        { type: 'response.completed', response: WHOLE_RESPONSE } as never,
      ),
      TEXT,
    ],
    [
      'Responses, failed',
      JSON.stringify({ object: 'response', status: 'failed', error: { message: 'no' } }),
      { fails: true, says: 'no' },
    ],
  ]),

  ...table('errors', [
    [
      'an object',
      data({ error: { message: 'no', type: 't' } }),
      { fails: 'upstream', says: 't: no' },
    ],
    ['a text', data({ error: 'no' }), { fails: 'upstream', says: 'no' }],
    [
      'behind text',
      data(chunk({ content: 'Hi' }), { error: { message: 'no' } }),
      { fails: 'upstream' },
    ],
    [
      "vLLM's, behind text",
      data(chunk({ content: 'Hi' }), {
        object: 'error',
        message: 'no',
        type: 'BadRequestError',
        code: 400,
      }),
      { fails: 'upstream', says: 'BadRequestError: no' },
    ],
    ['event: error with text', event('error', 'no'), { fails: 'upstream', says: 'no' }],
    [
      'event: error with JSON',
      event('error', { message: 'no' }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      'type: error',
      data({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
      { fails: 'upstream', says: 'overloaded_error: Overloaded' },
    ],
    [
      'code and message',
      data({ code: 'InvalidParameter', message: 'no' }),
      { fails: 'upstream', says: 'InvalidParameter: no' },
    ],
    [
      'code and msg, behind text',
      data(chunk({ content: 'Hi' }), { code: 500, msg: 'no' }),
      { fails: 'upstream', says: '500: no' },
    ],
    ['detail', data({ detail: 'no' }), { fails: 'upstream', says: 'no' }],
    [
      "Cloudflare's",
      data({ success: false, errors: [{ code: 7000, message: 'no route' }] }),
      { fails: 'upstream', says: '7000: no route' },
    ],
    [
      "a choice's",
      data({ choices: [{ error: { code: 502, message: 'no' }, delta: {} }] }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      "OpenRouter's reason",
      data(chunk({ content: '' }, { finish_reason: 'error' })),
      { fails: 'upstream' },
    ],
    [
      "OpenRouter's error",
      data({
        error: { code: 'server_error', message: 'Provider disconnected' },
        choices: [{ delta: { content: '' }, finish_reason: 'error' }],
      }),
      { fails: 'upstream', says: 'Provider disconnected' },
    ],
    [
      "the AI SDK's",
      data({ type: 'start', messageId: 'm' }, { type: 'error', errorText: 'no' }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      "AG-UI's",
      data({ type: 'RUN_STARTED' }, { type: 'RUN_ERROR', message: 'no', code: 'c' }),
      { fails: 'upstream', says: 'c: no' },
    ],
    [
      "AG-UI's, first, by name",
      data({ type: 'RUN_ERROR', message: 'no' }),
      { fails: 'upstream' },
      'ag-ui',
    ],
    [
      "Dify's",
      data(
        { event: 'message', answer: 'Hi' },
        { event: 'error', status: 400, code: 'quota', message: 'no' },
      ),
      { fails: 'upstream', says: 'quota: no' },
    ],
    [
      "Dify's workflow's",
      data(
        { event: 'workflow_started' },
        { event: 'workflow_finished', data: { status: 'failed', error: 'no' } },
      ),
      { fails: 'upstream', says: 'no' },
    ],
    ["Coze's", event('error', { code: 4000, msg: 'no' }), { fails: 'upstream', says: '4000: no' }],
    [
      "Coze's chat's",
      event('conversation.chat.failed', { last_error: { code: 5000, msg: 'no' } }),
      { fails: 'upstream', says: '5000: no' },
    ],
    [
      "Gemini's, in a list",
      data([{ error: { code: 503, message: 'no', status: 'UNAVAILABLE' } }]),
      { fails: 'upstream', says: 'UNAVAILABLE: no' },
    ],
    [
      "Interactions'",
      data({ event_type: 'error', error: { code: 'c', message: 'no' } }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      'none: null and empty',
      data({ error: null, ...chunk({ content: 'H' }) }, { error: {}, ...chunk({ content: 'i' }) }),
      TEXT,
    ],
    ['none: a code of success', data({ code: 0, msg: 'ok' }) + HI, TEXT],
  ]),

  ...table('tool calls', [
    [
      'index null',
      data(
        toolCalls({ index: null, id: 'a', function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: null, function: { arguments: ':1}' } }),
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'id and name in each fragment',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: ':1}' } }),
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'name in each fragment, no id',
      data(
        toolCalls({ index: 0, function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: 0, function: { name: 'f', arguments: ':1}' } }),
      ),
      calls(['', 'f', '{"p":1}']),
    ],
    [
      'empty names and ids later',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '' } }),
        toolCalls({ index: 0, id: '', function: { name: '', arguments: '{}' } }),
      ),
      calls(['a', 'f', '{}']),
    ],
    [
      'late id',
      data(
        toolCalls({ index: 0, function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'a', function: { arguments: ':1}' } }),
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'no index, no id, whole',
      data(
        toolCalls({ function: { name: 'f', arguments: '{"p":1}' } }),
        toolCalls({ function: { name: 'f', arguments: '{"p":2}' } }),
      ),
      calls(['', 'f', '{"p":1}'], ['', 'f', '{"p":2}']),
    ],
    [
      'index 0, no id, whole',
      data(
        toolCalls({ index: 0, function: { name: 'f', arguments: '{"p":1}' } }),
        toolCalls({ index: 0, function: { name: 'g', arguments: '{"p":2}' } }),
      ),
      calls(['', 'f', '{"p":1}'], ['', 'g', '{"p":2}']),
    ],
    [
      'index 0, fragments by id in turns',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'b', function: { name: 'g', arguments: '{"q"' } }),
        toolCalls({ index: 0, id: 'a', function: { arguments: ':1}' } }),
        toolCalls({ index: 0, id: 'b', function: { arguments: ':2}' } }),
      ),
      calls(['a', 'f', '{"p":1}'], ['b', 'g', '{"q":2}']),
    ],
    [
      'several in a chunk, index 0',
      data(
        toolCalls(
          { index: 0, id: 'a', function: { name: 'f', arguments: '{}' } },
          { index: 0, id: 'b', function: { name: 'f', arguments: '{"q":2}' } },
        ),
      ),
      calls(['a', 'f', '{}'], ['b', 'f', '{"q":2}']),
    ],
    [
      'the same id at two indexes',
      data(
        toolCalls(
          { index: 0, id: 'call', function: { name: 'f', arguments: '{"p":1}' } },
          { index: 1, id: 'call', function: { name: 'g', arguments: '{"q":2}' } },
        ),
      ),
      calls(['call', 'f', '{"p":1}'], ['call', 'g', '{"q":2}']),
    ],
    [
      'in turns by index',
      data(
        toolCalls(
          { index: 0, id: 'a', function: { name: 'f', arguments: '{' } },
          { index: 1, id: 'b', function: { name: 'g', arguments: '{' } },
        ),
        toolCalls(
          { index: 1, function: { arguments: '}' } },
          { index: 0, function: { arguments: '}' } },
        ),
      ),
      calls(['a', 'f', '{}'], ['b', 'g', '{}']),
    ],
    [
      'a placeholder before the fragments',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
        toolCalls({ index: 0, function: { arguments: '{"p":1}' } }),
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'the whole again at the end',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: 0, function: { arguments: ':1}' } }),
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":1}' } }),
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'arguments as an object',
      data(toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: { p: 1 } } })),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'without `function`',
      data(toolCalls({ id: 'a', name: 'f', arguments: '{"p":1}' })),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'a call that is never named is none',
      data(
        toolCalls({ index: 0, id: 'a', function: { arguments: '{}' } }),
        chunk({ content: 'Hi' }),
      ),
      { text: 'Hi', toolCalls: undefined },
    ],
    [
      'legacy function_call',
      data(
        chunk({ function_call: { name: 'f', arguments: '' } }),
        chunk({ function_call: { arguments: '{"p":' } }),
        chunk({ function_call: { arguments: '1}' } }, { finish_reason: 'function_call' }),
      ),
      { ...calls(['', 'f', '{"p":1}']), finishReason: 'function_call' },
    ],
    [
      'a character in two fragments',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":"\ud83d' } }),
        toolCalls({ index: 0, function: { arguments: '\ude00"}' } }),
      ),
      calls(['a', 'f', '{"p":"😀"}']),
    ],
    [
      'Anthropic, input at the start alone',
      typed(
        {
          type: 'content_block_start',
          index: 0,
          content_block: { ...TOOL_USE, input: { a: 1 } },
        } as never,
        { type: 'content_block_stop', index: 0 } as never,
        { type: 'message_delta', delta: { stop_reason: 'tool_use' } } as never,
        { type: 'message_stop' },
      ),
      calls(['t', 'f', '{"a":1}']),
    ],
    [
      'Anthropic, input at the start, cut short',
      typed({
        type: 'content_block_start',
        index: 0,
        content_block: { ...TOOL_USE, input: { a: 1 } },
      } as never),
      calls(['t', 'f', '{"a":1}']),
    ],
    [
      'Anthropic, input as text',
      typed(
        {
          type: 'content_block_start',
          index: 0,
          content_block: { ...TOOL_USE, input: '{"a":1}' },
        } as never,
        { type: 'message_stop' },
      ),
      calls(['t', 'f', '{"a":1}']),
    ],
    [
      'Anthropic, index 0 for each',
      typed(
        { type: 'content_block_start', index: 0, content_block: TOOL_USE } as never,
        json('{"a":1}'),
        {
          type: 'content_block_start',
          index: 0,
          content_block: { ...TOOL_USE, id: 'u', name: 'g' },
        } as never,
        json('{"b":2}'),
        { type: 'message_stop' },
      ),
      calls(['t', 'f', '{"a":1}'], ['u', 'g', '{"b":2}']),
    ],
    [
      'Anthropic, in turns',
      typed(
        { type: 'content_block_start', index: 1, content_block: TOOL_USE } as never,
        {
          type: 'content_block_start',
          index: 2,
          content_block: { ...TOOL_USE, id: 'u', name: 'g' },
        } as never,
        json('{"b":', 2),
        json('{"a":', 1),
        json('2}', 2),
        json('1}', 1),
      ),
      calls(['t', 'f', '{"a":1}'], ['u', 'g', '{"b":2}']),
    ],
    [
      'Responses, only in .done',
      typed(
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: item({ arguments: '' }),
        } as never,
        {
          type: 'response.function_call_arguments.done',
          output_index: 0,
          item_id: 'fc',
          arguments: '{"p":1}',
        } as never,
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'Responses, only in the item',
      typed({
        type: 'response.output_item.done',
        output_index: 0,
        item: item({ arguments: '{"p":1}' }),
      } as never),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'Responses, everywhere',
      typed(
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: item({ arguments: '' }),
        } as never,
        {
          type: 'response.function_call_arguments.delta',
          output_index: 0,
          delta: '{"p":',
        } as never,
        { type: 'response.function_call_arguments.delta', output_index: 0, delta: '1}' } as never,
        {
          type: 'response.function_call_arguments.done',
          output_index: 0,
          arguments: '{"p":1}',
        } as never,
        {
          type: 'response.output_item.done',
          output_index: 0,
          item: item({ arguments: '{"p":1}' }),
        } as never,
        {
          type: 'response.completed',
          response: { output: [item({ arguments: '{"p":1}' })] },
        } as never,
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'Responses, at the start',
      typed(
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: item({ arguments: '{"p":1}' }),
        } as never,
        { type: 'response.completed', response: {} } as never,
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'Responses, a custom tool',
      typed(
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: { type: 'custom_tool_call', call_id: 'a', name: 'f', input: '' },
        } as never,
        { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'ls' } as never,
        { type: 'response.custom_tool_call_input.done', output_index: 0, input: 'ls -l' } as never,
      ),
      calls(['a', 'f', 'ls -l']),
    ],
    [
      'Responses, by item_id',
      typed(
        { type: 'response.output_item.added', item: item({ id: 'x', call_id: 'a' }) } as never,
        { type: 'response.output_item.added', item: item({ id: 'y', call_id: 'b' }) } as never,
        { type: 'response.function_call_arguments.delta', item_id: 'x', delta: '{"p":1}' } as never,
        { type: 'response.function_call_arguments.delta', item_id: 'y', delta: '{"p":2}' } as never,
      ),
      calls(['a', 'f', '{"p":1}'], ['b', 'f', '{"p":2}']),
    ],
    [
      'Gemini, several in a chunk',
      data({
        candidates: [
          {
            content: {
              parts: [
                { functionCall: { name: 'f', args: { p: 1 } } },
                { functionCall: { name: 'f', args: { p: 1 } } },
              ],
            },
          },
        ],
      }),
      calls(['', 'f', '{"p":1}'], ['', 'f', '{"p":1}']),
    ],
    [
      'Ollama, several lines',
      data(
        {
          message: { tool_calls: [{ function: { name: 'f', arguments: { p: 1 } } }] },
          done: false,
        },
        {
          message: { tool_calls: [{ function: { name: 'f', arguments: { p: 1 } } }] },
          done: false,
        },
        { done: true },
      ),
      calls(['', 'f', '{"p":1}'], ['', 'f', '{"p":1}']),
    ],
    [
      'AI SDK, streamed and whole',
      data(
        { type: 'tool-input-start', toolCallId: 'a', toolName: 'f' },
        { type: 'tool-input-delta', toolCallId: 'a', inputTextDelta: '{ "p": ' },
        { type: 'tool-input-delta', toolCallId: 'a', inputTextDelta: '1 }' },
        { type: 'tool-input-available', toolCallId: 'a', toolName: 'f', input: { p: 1 } },
      ),
      calls(['a', 'f', '{ "p": 1 }']),
    ],
    [
      'AI SDK, only whole, in parallel',
      data(
        { type: 'tool-input-start', toolCallId: 'a', toolName: 'f' },
        { type: 'tool-input-start', toolCallId: 'b', toolName: 'g' },
        { type: 'tool-input-available', toolCallId: 'b', toolName: 'g', input: { q: 2 } },
        { type: 'tool-input-available', toolCallId: 'a', toolName: 'f', input: { p: 1 } },
      ),
      calls(['a', 'f', '{"p":1}'], ['b', 'g', '{"q":2}']),
    ],
    [
      'AG-UI',
      data(
        { type: 'TOOL_CALL_START', toolCallId: 'a', toolCallName: 'f' },
        { type: 'TOOL_CALL_START', toolCallId: 'b', toolCallName: 'g' },
        { type: 'TOOL_CALL_ARGS', toolCallId: 'a', delta: '{"p":1}' },
        { type: 'TOOL_CALL_CHUNK', toolCallId: 'b', delta: '{"q":2}' },
        { type: 'TOOL_CALL_END', toolCallId: 'a' },
      ),
      calls(['a', 'f', '{"p":1}'], ['b', 'g', '{"q":2}']),
    ],
    [
      'Interactions',
      data(
        {
          event_type: 'step.start',
          index: 0,
          step: { type: 'function_call', id: 'a', name: 'f', arguments: {} },
        },
        {
          event_type: 'step.delta',
          index: 0,
          delta: { type: 'arguments_delta', arguments: '{"p":1}' },
        },
        {
          event_type: 'step.start',
          index: 1,
          step: { type: 'function_call', id: 'b', name: 'g', arguments: { q: 2 } },
        },
        { event_type: 'interaction.completed', interaction: {} },
      ),
      calls(['a', 'f', '{"p":1}'], ['b', 'g', '{"q":2}']),
    ],
    [
      'Cloudflare',
      data({ response: '', tool_calls: [{ name: 'f', arguments: { p: 1 } }] }, '[DONE]'),
      calls(['', 'f', '{"p":1}']),
    ],
  ]),

  ...table('usage', [
    [
      'cached tokens, corrected',
      typed(
        {
          type: 'message_start',
          message: {
            usage: {
              input_tokens: 10,
              cache_read_input_tokens: 90,
              cache_creation_input_tokens: 0,
              output_tokens: 1,
            },
          },
        } as never,
        { type: 'message_delta', usage: { input_tokens: 12, output_tokens: 7 } } as never,
        { type: 'message_stop' },
      ),
      { inputTokens: 102, outputTokens: 7 },
    ],
    [
      'nulls change nothing',
      typed(
        {
          type: 'message_start',
          message: { usage: { input_tokens: 10, cache_read_input_tokens: 90 } },
        } as never,
        {
          type: 'message_delta',
          usage: { input_tokens: null, cache_read_input_tokens: null, output_tokens: 7 },
        } as never,
      ),
      { inputTokens: 100, outputTokens: 7 },
    ],
    [
      'cached tokens are part of the prompt',
      data({
        choices: [],
        usage: {
          prompt_tokens: 100,
          completion_tokens: 7,
          prompt_tokens_details: { cached_tokens: 90 },
          cache_read_input_tokens: 90,
        },
      }),
      { inputTokens: 100, outputTokens: 7 },
    ],
    [
      'in each chunk',
      data(
        { ...chunk({ content: 'H' }), usage: { prompt_tokens: 3, completion_tokens: 1 } },
        { ...chunk({ content: 'i' }), usage: { prompt_tokens: 3, completion_tokens: 2 } },
      ),
      { inputTokens: 3, outputTokens: 2 },
    ],
    [
      "Groq's",
      data({ ...chunk({}), x_groq: { usage: { prompt_tokens: 3, completion_tokens: 2 } } }),
      { inputTokens: 3, outputTokens: 2 },
    ],
    [
      "Moonshot's",
      data(chunk({}, { usage: { prompt_tokens: 3, completion_tokens: 2 } })),
      { inputTokens: 3, outputTokens: 2 },
    ],
    [
      "Gemini's thoughts, in two chunks",
      data(
        { usageMetadata: { promptTokenCount: 3, thoughtsTokenCount: 5 } },
        { ...GEMINI('Hi'), usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 } },
      ),
      { inputTokens: 3, outputTokens: 7 },
    ],
    ['null', data({ ...chunk({ content: 'Hi' }), usage: null }), { text: 'Hi', usage: undefined }],
  ] as never),

  ...table('well-formed text', [
    [
      'reasoning and text apart',
      data(
        chunk({ content: '\ud83d', reasoning_content: '\ud83e' }),
        chunk({ reasoning_content: '\udd14', content: '\ude00' }),
      ),
      { text: '😀', reasoning: '🤔', wellFormed: true },
    ],
    [
      'a half at the end',
      data(chunk({ content: 'a\ud83d' }), '[DONE]'),
      { text: 'a\ufffd', wellFormed: true },
    ],
    [
      'a half at the end of a response',
      data(chunk({ content: 'a\ud83d' })),
      { text: 'a\ufffd', wellFormed: true },
    ],
    [
      'a half that nothing follows',
      data(chunk({ content: '\ud83d' }), chunk({ content: 'a' })),
      { text: '\ufffda', wellFormed: true },
    ],
    [
      'halves the wrong way round',
      data(chunk({ content: '\ude00' }), chunk({ content: '\ud83d' })),
      { text: '\ufffd\ufffd', wellFormed: true },
    ],
    [
      'Anthropic',
      data(
        { type: 'content_block_delta', delta: { text: 'a\ud83d' } },
        { type: 'content_block_delta', delta: { text: '\ude00b' } },
        { type: 'message_stop' },
      ),
      { text: 'a😀b', wellFormed: true },
    ],
    [
      'refusals',
      data(chunk({ refusal: '\ud83d' }), chunk({ refusal: '\ude00' })),
      { refusal: '😀' },
    ],
  ]),
]
