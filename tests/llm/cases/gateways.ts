// What gateways and vendors make of a stream: errors with status 200, wrappers, heartbeats, dialects.

import type { AnswerFormat } from 'sluicegate/llm'
import type { StreamCase } from '../real-streams.test.js'

type Expect = StreamCase['expect']
type Row = [name: string, body: string, expect: Expect, format?: AnswerFormat]

const data = (...values: unknown[]) =>
  values
    .map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`)
    .join('')
const event = (type: string, value: unknown) => `event: ${type}\n${data(value)}`
const chunk = (delta: unknown, more: object = {}) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, ...more }],
})
const HI_CHUNK = chunk({ content: 'Hi' })
const HI = data(HI_CHUNK, '[DONE]')
const HI_TEXT = { text: 'Hi' }
const toolCalls = (...tool_calls: object[]) => chunk({ tool_calls })
/** A call whose arguments are `{ p: 1 }`. */
const P = (id: string, name: string) => ({ id, name, arguments: '{"p":1}' })
const CALL = { type: 'function_call', call_id: 'a', name: 'f', arguments: '' }
const message = (text: string) => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
})
const MESSAGE = message('Hi')
const RESPONSE = (status: string) => ({ id: 'r', object: 'response', status, output: [] })
const responses = (...events: { type: string; [name: string]: unknown }[]) =>
  events.map((one) => event(one.type, one)).join('')
const gemini = (...calls: object[]) =>
  data(
    ...calls.map((functionCall) => ({ candidates: [{ content: { parts: [{ functionCall }] } }] })),
  )
const mastra = (type: string, payload: object) => ({ type, runId: 'r', from: 'AGENT', payload })
const QUOTA = {
  message: 'too many tokens',
  type: 'too_many_tokens_error',
  param: 'quota',
  code: 'token_quota_exceeded',
}

/** Figures of a chat whose reasoning is in its completion, or beside it. */
const reasoned = (completion: number) => ({
  choices: [],
  usage: {
    prompt_tokens: 32,
    completion_tokens: completion,
    total_tokens: 135,
    completion_tokens_details: { reasoning_tokens: 94 },
  },
})

function table(kind: string, rows: Row[]): StreamCase[] {
  return rows.map(([name, body, expect, format = 'auto']) => {
    return { name: `${kind}: ${name}`, body, expect, format }
  })
}

export const GATEWAYS: StreamCase[] = [
  ...table('errors', [
    [
      'minimax base_resp, nothing else',
      data({ base_resp: { status_code: 1004, status_msg: 'login fail' } }),
      { fails: 'upstream', says: 'login fail' },
    ],
    [
      'minimax base_resp, json body',
      JSON.stringify({
        id: 'x',
        choices: null,
        base_resp: { status_code: 1004, status_msg: 'login fail' },
      }),
      { fails: true, says: 'login fail' },
    ],
    [
      'minimax base_resp, choices null',
      data({ id: 'x', choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit' } }),
      { fails: 'upstream', says: 'rate limit' },
    ],
    [
      'minimax base_resp ok',
      data(
        { ...chunk({ content: 'Hi' }), base_resp: { status_code: 0, status_msg: '' } },
        '[DONE]',
      ),
      { text: 'Hi' },
    ],
    [
      'minimax base_resp behind text',
      data(chunk({ content: 'Hi' }), {
        ...chunk({}, { finish_reason: 'stop' }),
        base_resp: { status_code: 1027, status_msg: 'sensitive' },
      }),
      { fails: 'upstream', says: 'sensitive' },
    ],
    [
      'litellm error str code',
      data({ error: { message: 'x', type: 'None', param: 'None', code: '500' } }),
      { fails: 'upstream', says: 'x' },
    ],
    [
      'openrouter top-level error with finish error',
      data(chunk({ content: 'Hi' }), {
        id: 'g',
        object: 'chat.completion.chunk',
        provider: 'OpenAI',
        error: { code: 502, message: 'Provider disconnected' },
        choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
      }),
      { fails: 'upstream', says: 'Provider disconnected' },
    ],
    [
      'openrouter choice error',
      data({
        choices: [
          {
            index: 0,
            delta: { content: '' },
            finish_reason: 'error',
            native_finish_reason: 'error',
            error: { code: 500, message: 'boom' },
          },
        ],
      }),
      { fails: 'upstream', says: 'boom' },
    ],
    [
      'openrouter empty choices + error',
      data({ object: 'chat.completion.chunk', choices: [], error: { code: 502, message: 'cap' } }),
      { fails: 'upstream', says: 'cap' },
    ],
    [
      'cloudflare AI gateway error array',
      data({
        success: false,
        result: [],
        messages: [],
        error: [{ code: 2001, message: 'Please configure AI Gateway' }],
      }),
      { fails: 'upstream', says: 'Please configure AI Gateway' },
    ],
    [
      'cloudflare errors',
      data({
        errors: [{ message: 'AiError: Bad input', code: 5006 }],
        success: false,
        result: {},
        messages: [],
      }),
      { fails: 'upstream', says: 'AiError: Bad input' },
    ],
    [
      'cloudflare errors w/o success',
      data({ errors: [{ message: 'AiError: Bad input', code: 5006 }] }),
      { fails: 'upstream', says: 'AiError: Bad input' },
    ],
    [
      'vllm error event',
      data({ object: 'error', message: 'bad', type: 'BadRequestError', param: null, code: 400 }),
      { fails: 'upstream', says: 'bad' },
    ],
    [
      'tgi error',
      'data:{"error":"Input validation error","error_type":"validation"}\n\n',
      { fails: 'upstream', says: 'Input validation error' },
    ],
    [
      'tgi overload',
      data(chunk({ content: 'Hi' }), { error: 'Model is overloaded', error_type: 'overloaded' }),
      { fails: 'upstream', says: 'overloaded' },
    ],
    [
      'tgi http_status_code',
      data({ error: { message: 'x', http_status_code: 422 } }),
      { fails: 'upstream', says: 'x' },
    ],
    [
      'bedrock exception members',
      data({ internalServerException: { message: 'boom' } }),
      { fails: true },
    ],
    [
      'bedrock anthropic error text',
      data({
        type: 'error',
        error: { details: null, type: 'overloaded_error', message: 'Overloaded' },
        request_id: 'r',
      }),
      { fails: 'upstream', says: 'Overloaded' },
    ],
    [
      'aws message only',
      JSON.stringify({ message: 'The security token included in the request is invalid.' }),
      { fails: 'unknown-format', says: 'security token' },
    ],
    [
      'vertex error array',
      JSON.stringify([{ error: { code: 400, message: 'bad key', status: 'INVALID_ARGUMENT' } }]),
      { fails: true, says: 'bad key' },
    ],
    [
      'azure error',
      data({
        error: {
          code: 'content_filter',
          message: 'filtered',
          status: 400,
          innererror: { code: 'ResponsibleAIPolicyViolation' },
        },
      }),
      { fails: 'upstream', says: 'filtered' },
    ],
    [
      'azure statusCode message',
      data({ statusCode: 401, message: 'Access denied' }),
      { fails: 'upstream', says: 'Access denied' },
    ],
    [
      'azure statusCode unframed',
      JSON.stringify({ statusCode: 429, message: 'Rate limit is exceeded.' }),
      { fails: 'unknown-format', says: 'Rate limit' },
    ],
    [
      'qwen dashscope error',
      event('error', { code: 'DataInspectionFailed', message: 'inappropriate', request_id: 'r' }),
      { fails: 'upstream', says: 'inappropriate' },
    ],
    [
      'qwen dashscope id+event',
      'id:1\nevent:error\n:HTTP_STATUS/400\ndata:{"code":"InvalidParameter","message":"bad","request_id":"r"}\n\n',
      { fails: 'upstream', says: 'bad' },
    ],
    [
      'qwen native result',
      'id:1\nevent:result\n:HTTP_STATUS/200\ndata:{"output":{"choices":[{"message":{"content":"Hi","role":"assistant"},"finish_reason":"null"}]},"usage":{"input_tokens":1},"request_id":"r"}\n\n',
      { fails: 'unknown-format' },
    ],
    [
      'zhipu error',
      data({ error: { code: '1301', message: 'unsafe' } }),
      { fails: 'upstream', says: 'unsafe' },
    ],
    [
      'zhipu sensitive finish',
      data(
        chunk({ content: 'H' }),
        chunk({ content: '' }, { finish_reason: 'sensitive' }),
        '[DONE]',
      ),
      { text: 'H', finishReason: 'sensitive' },
    ],
    [
      'baidu ernie',
      data({
        id: 'as-1',
        object: 'chat.completion',
        created: 1,
        sentence_id: 0,
        is_end: false,
        is_truncated: false,
        result: 'Hi',
        need_clear_history: false,
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      }),
      { fails: 'unknown-format' },
    ],
    [
      'baidu error',
      data({ error_code: 336003, error_msg: 'bad messages' }),
      { fails: 'upstream', says: 'bad messages' },
    ],
    [
      'baidu error unframed',
      JSON.stringify({ error_code: 110, error_msg: 'Access token invalid' }),
      { fails: 'unknown-format', says: 'Access token invalid' },
    ],
    [
      'spark',
      data(
        {
          code: 0,
          message: 'Success',
          sid: 's',
          choices: [{ delta: { role: 'assistant', content: 'Hi' }, index: 0 }],
        },
        '[DONE]',
      ),
      { text: 'Hi' },
    ],
    [
      'spark native',
      data({
        header: { code: 0, message: 'Success', sid: 's', status: 1 },
        payload: {
          choices: { status: 1, seq: 1, text: [{ content: 'Hi', role: 'assistant', index: 0 }] },
        },
      }),
      { fails: 'unknown-format' },
    ],
    [
      'spark error',
      data({ code: 10013, message: 'input audit', sid: 's' }),
      { fails: 'upstream', says: 'input audit' },
    ],
    [
      'spark error code in choices chunk',
      data({ code: 10014, message: 'output audit', sid: 's', choices: [] }),
      { fails: 'upstream', says: 'output audit' },
    ],
    [
      'cohere v2',
      event('message-start', {
        type: 'message-start',
        id: 'x',
        delta: { message: { role: 'assistant', content: [] } },
      }) +
        event('content-start', {
          type: 'content-start',
          index: 0,
          delta: { message: { content: { type: 'text', text: '' } } },
        }) +
        event('content-delta', {
          type: 'content-delta',
          index: 0,
          delta: { message: { content: { text: 'Hi' } } },
        }) +
        event('message-end', { type: 'message-end', delta: { finish_reason: 'COMPLETE' } }) +
        data('[DONE]'),
      { fails: 'unknown-format' },
    ],
    [
      'cohere v1',
      data(
        { is_finished: false, event_type: 'stream-start', generation_id: 'g' },
        { is_finished: false, event_type: 'text-generation', text: 'Hi' },
        { is_finished: true, event_type: 'stream-end', finish_reason: 'COMPLETE' },
      ),
      { fails: 'unknown-format' },
    ],
    [
      'tgi generate_stream',
      'data:{"index":1,"token":{"id":1,"text":" a","logprob":-1,"special":false},"generated_text":null,"details":null}\n\n',
      { fails: 'unknown-format' },
    ],
    ['hf pipeline', data({ generated_text: 'x' }), { fails: 'unknown-format' }],
    ['replicate', event('output', 'Hi') + event('done', '{}'), { fails: 'unknown-format' }],
    [
      'langserve',
      event('metadata', { run_id: 'r' }) + event('data', '"Hi"') + event('end', ''),
      { fails: 'unknown-format' },
    ],
    [
      'langgraph messages',
      event('metadata', { run_id: 'r' }) +
        event('messages', [{ content: 'Hi', type: 'AIMessageChunk' }, {}]),
      { fails: 'unknown-format' },
    ],
    [
      'flowise',
      data(
        { event: 'start', data: '' },
        { event: 'token', data: 'Hi' },
        { event: 'end', data: '[DONE]' },
      ),
      { fails: 'unknown-format' },
    ],
    ['chatglm', event('add', 'Hi') + event('finish', ''), { fails: 'unknown-format' }],
    ['llama-index', data({ token: 'Hi' }), { fails: 'unknown-format' }],
    ['graphql', data({ data: { a: 1 } }), { fails: 'unknown-format' }],
    [
      'jsonrpc',
      data({ jsonrpc: '2.0', id: 1, result: { kind: 'status-update' } }),
      { fails: 'unknown-format' },
    ],
    [
      'jsonrpc error',
      data({ jsonrpc: '2.0', id: 1, error: { code: -32600, message: 'bad' } }),
      { fails: 'upstream', says: 'bad' },
    ],
  ]),
  ...table('formats', [
    [
      'azure first chunk filter',
      data(
        {
          choices: [],
          created: 0,
          id: '',
          model: '',
          object: '',
          prompt_filter_results: [
            { prompt_index: 0, content_filter_results: { hate: { filtered: false } } },
          ],
        },
        { ...chunk({ role: 'assistant', content: '', refusal: null }), model: 'gpt' },
      ) + HI,
      { text: 'Hi', model: 'gpt', id: 'c' },
    ],
    [
      'azure content_filter_offsets',
      data(
        chunk({ content: 'Hi' }),
        {
          choices: [
            {
              content_filter_offsets: {},
              content_filter_results: {},
              finish_reason: null,
              index: 0,
            },
          ],
        },
        chunk({}, { finish_reason: 'stop' }),
        '[DONE]',
      ),
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      'azure filter error in choice',
      data({
        choices: [
          {
            index: 0,
            delta: {},
            finish_reason: null,
            content_filter_results: {
              error: { code: 'content_filter_error', message: 'timed out' },
            },
          },
        ],
      }) + HI,
      { text: 'Hi' },
    ],
    [
      'deepseek keep-alive',
      ': keep-alive\n\n: keep-alive\n\n' +
        data(
          chunk({ role: 'assistant', content: null, reasoning_content: 'hm' }),
          chunk({ content: 'Hi', reasoning_content: null }),
          '[DONE]',
        ),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'openrouter reasoning + details',
      data(
        chunk({
          content: '',
          reasoning: 'hm',
          reasoning_details: [{ type: 'reasoning.text', text: 'hm', index: 0 }],
        }),
        chunk({ content: 'Hi', reasoning: null, reasoning_details: [] }),
        '[DONE]',
      ),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'reasoning_details alone',
      data(
        chunk({
          content: '',
          reasoning_details: [{ type: 'reasoning.text', text: 'hm', index: 0 }],
        }),
        chunk({ content: 'Hi' }),
        '[DONE]',
      ),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'reasoning_details summary',
      data(
        chunk({
          content: '',
          reasoning_details: [{ type: 'reasoning.summary', summary: 'hm', index: 0 }],
        }),
        chunk({ content: 'Hi' }),
        '[DONE]',
      ),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'reasoning both',
      data(chunk({ reasoning_content: 'hm', reasoning: 'hm' }), chunk({ content: 'Hi' }), '[DONE]'),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'thinking_blocks litellm',
      data(
        chunk({
          reasoning_content: 'hm',
          thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: null }],
          provider_specific_fields: {},
        }),
        chunk({ content: 'Hi' }),
        '[DONE]',
      ),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'groq x_groq',
      data(
        { ...chunk({ role: 'assistant', content: '' }), x_groq: { id: 'req' } },
        chunk({ content: 'Hi' }),
        {
          ...chunk({}, { finish_reason: 'stop' }),
          x_groq: { id: 'req', usage: { prompt_tokens: 3, completion_tokens: 1, total_time: 0.1 } },
        },
        '[DONE]',
      ),
      { text: 'Hi', inputTokens: 3, outputTokens: 1 },
    ],
    [
      'groq error',
      data({ ...chunk({}), x_groq: { id: 'r', error: 'over capacity' } }),
      { fails: 'upstream', says: 'over capacity' },
    ],
    [
      'perplexity message+delta',
      data(
        {
          id: 'p',
          object: 'chat.completion.chunk',
          citations: ['u'],
          choices: [
            {
              index: 0,
              message: { role: 'assistant', content: 'Hi' },
              delta: { role: 'assistant', content: 'Hi' },
              finish_reason: null,
            },
          ],
        },
        {
          id: 'p',
          object: 'chat.completion.chunk',
          citations: ['u'],
          choices: [
            {
              index: 0,
              message: { role: 'assistant', content: 'Hi there' },
              delta: { content: ' there' },
              finish_reason: 'stop',
            },
          ],
          usage: { prompt_tokens: 3, completion_tokens: 2, search_context_size: 'low' },
        },
      ),
      { text: 'Hi there', finishReason: 'stop', inputTokens: 3 },
    ],
    [
      'perplexity empty delta + message',
      data({
        id: 'p',
        object: 'chat.completion.done',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'Hi' },
            delta: { role: 'assistant', content: '' },
            finish_reason: 'stop',
          },
        ],
      }),
      { finishReason: 'stop' },
    ],
    [
      'together',
      data(
        {
          id: 't',
          object: 'chat.completion.chunk',
          choices: [
            {
              index: 0,
              text: 'Hi',
              logprobs: null,
              finish_reason: null,
              seed: null,
              delta: { token_id: 1, role: 'assistant', content: 'Hi', tool_calls: null },
            },
          ],
          usage: null,
        },
        {
          id: 't',
          choices: [{ index: 0, text: '', finish_reason: 'eos', delta: { content: '' } }],
          usage: { prompt_tokens: 3, completion_tokens: 1 },
        },
        '[DONE]',
      ),
      { text: 'Hi', finishReason: 'eos', inputTokens: 3 },
    ],
    [
      'fireworks',
      data(
        {
          id: 'f',
          object: 'chat.completion.chunk',
          choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }],
          usage: null,
        },
        {
          id: 'f',
          choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
          usage: { prompt_tokens: 3, total_tokens: 4, completion_tokens: 1 },
        },
        '[DONE]',
      ),
      { text: 'Hi', outputTokens: 1 },
    ],
    [
      'xai',
      data(
        {
          id: 'x',
          object: 'chat.completion.chunk',
          choices: [{ index: 0, delta: { content: 'Hi', role: 'assistant' } }],
          usage: { prompt_tokens: 3, completion_tokens: 1, num_sources_used: 0 },
          system_fingerprint: 'fp',
        },
        { id: 'x', choices: [], citations: ['u'] },
        '[DONE]',
      ),
      { text: 'Hi', outputTokens: 1 },
    ],
    [
      'qwen compat usage last',
      data(
        chunk({ content: '', role: 'assistant' }),
        chunk({ content: 'Hi' }),
        {
          choices: [],
          object: 'chat.completion.chunk',
          usage: { prompt_tokens: 3, completion_tokens: 1 },
          id: 'q',
        },
        '[DONE]',
      ),
      { text: 'Hi', inputTokens: 3 },
    ],
    [
      'moonshot usage in choice',
      data(
        chunk({ content: 'Hi' }),
        {
          id: 'm',
          choices: [
            {
              index: 0,
              delta: {},
              finish_reason: 'stop',
              usage: { prompt_tokens: 3, completion_tokens: 1 },
            },
          ],
        },
        '[DONE]',
      ),
      { inputTokens: 3, outputTokens: 1 },
    ],
    [
      'minimax final whole message',
      data(chunk({ content: 'H', role: 'assistant' }), chunk({ content: 'i' }), {
        id: 'm',
        object: 'chat.completion',
        choices: [
          { finish_reason: 'stop', index: 0, message: { content: 'Hi', role: 'assistant' } },
        ],
        usage: { total_tokens: 5 },
        base_resp: { status_code: 0, status_msg: '' },
      }),
      { text: 'Hi', finishReason: 'stop' },
    ],
    ['minimax with [DONE]-less end', data(chunk({ content: 'Hi' })), { text: 'Hi' }],
    [
      'event: message name',
      event('message', chunk({ content: 'Hi' })) + data('[DONE]'),
      { text: 'Hi' },
    ],
    [
      'event: completion named chunks',
      event('completion', chunk({ content: 'Hi' })) + data('[DONE]'),
      { text: 'Hi' },
    ],
    [
      'event: data named chunks',
      event('data', chunk({ content: 'Hi' })) + event('done', '[DONE]'),
      { text: 'Hi' },
    ],
    [
      'event: chunk w/ openai, event: error',
      event('chunk', chunk({ content: 'Hi' })) + event('error', { message: 'no' }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      'wrapped in data member',
      data({ data: chunk({ content: 'Hi' }) }, { data: '[DONE]' }),
      { text: 'Hi', id: 'c' },
    ],
    [
      'double data:',
      'data: data: ' + JSON.stringify(chunk({ content: 'Hi' })) + '\n\ndata: data: [DONE]\n\n',
      { text: 'Hi', id: 'c' },
    ],
    [
      'JSON string inside',
      data(JSON.stringify(JSON.stringify(chunk({ content: 'Hi' }))), '[DONE]'),
      { text: 'Hi', id: 'c' },
    ],
    [
      'legacy anthropic completion',
      event('completion', {
        type: 'completion',
        id: 'c',
        completion: 'Hi',
        stop_reason: null,
        model: 'm',
      }) +
        event('completion', { type: 'completion', completion: '', stop_reason: 'stop_sequence' }),
      { fails: 'unknown-format' },
    ],
    [
      'bedrock anthropic metrics',
      event('message_start', {
        type: 'message_start',
        message: { id: 'm', usage: { input_tokens: 3, output_tokens: 1 } },
      }) +
        event('content_block_start', {
          type: 'content_block_start',
          index: 0,
          content_block: { type: 'text', text: '' },
        }) +
        event('content_block_delta', {
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'text_delta', text: 'Hi' },
        }) +
        event('message_delta', {
          type: 'message_delta',
          delta: { stop_reason: 'end_turn' },
          usage: { output_tokens: 2 },
        }) +
        event('message_stop', {
          type: 'message_stop',
          'amazon-bedrock-invocationMetrics': { inputTokenCount: 3, outputTokenCount: 2 },
        }),
      { text: 'Hi', inputTokens: 3, outputTokens: 2 },
    ],
    [
      'bedrock anthropic without names',
      data(
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
        { type: 'message_stop', 'amazon-bedrock-invocationMetrics': {} },
      ),
      { text: 'Hi' },
    ],
    [
      'vertex ping event',
      'event: vertex_event\ndata: {}\n\n' +
        event('ping', { type: 'ping' }) +
        event('content_block_delta', {
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'text_delta', text: 'Hi' },
        }) +
        event('message_stop', { type: 'message_stop' }),
      { text: 'Hi' },
    ],
    [
      'anthropic text in start',
      event('content_block_start', {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'text', text: 'H' },
      }) +
        event('content_block_delta', {
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'text_delta', text: 'i' },
        }) +
        event('message_stop', { type: 'message_stop' }),
      { text: 'Hi' },
    ],
    [
      'anthropic end_turn in message_start stop',
      event('message_start', {
        type: 'message_start',
        message: { id: 'm', content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' },
      }) + event('message_stop', { type: 'message_stop' }),
      { id: 'm' },
    ],
    [
      'anthropic server_tool_use ignored',
      event('content_block_start', {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
      }) +
        event('content_block_delta', {
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'input_json_delta', partial_json: '{"q":1}' },
        }) +
        event('content_block_delta', {
          type: 'content_block_delta',
          index: 1,
          delta: { type: 'text_delta', text: 'Hi' },
        }) +
        event('message_stop', { type: 'message_stop' }),
      { text: 'Hi', toolCalls: undefined },
    ],
    [
      'anthropic mcp_tool_use + tool_use',
      event('content_block_start', {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'mcp_tool_use', id: 's', name: 'x', input: {}, server_name: 's' },
      }) +
        event('content_block_delta', {
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'input_json_delta', partial_json: '{"q":1}' },
        }) +
        event('content_block_start', {
          type: 'content_block_start',
          index: 1,
          content_block: { type: 'tool_use', id: 't', name: 'f', input: {} },
        }) +
        event('content_block_delta', {
          type: 'content_block_delta',
          index: 1,
          delta: { type: 'input_json_delta', partial_json: '{"p":1}' },
        }) +
        event('message_stop', { type: 'message_stop' }),
      { toolCalls: [{ id: 't', name: 'f', arguments: '{"p":1}' }] },
    ],
    [
      'anthropic compaction/unknown delta',
      event('content_block_delta', {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'compaction_delta', content: 'no' },
      }) +
        event('content_block_delta', {
          type: 'content_block_delta',
          index: 1,
          delta: { type: 'text_delta', text: 'Hi' },
        }) +
        event('message_stop', { type: 'message_stop' }),
      { text: 'Hi' },
    ],
    [
      'ollama openai compat usage',
      data(
        chunk({ content: 'Hi' }),
        {
          id: 'o',
          object: 'chat.completion.chunk',
          choices: [],
          usage: { prompt_tokens: 3, completion_tokens: 1 },
        },
        '[DONE]',
      ),
      { inputTokens: 3 },
    ],
    [
      'ollama sse',
      data(
        { model: 'm', message: { role: 'assistant', content: 'Hi' }, done: false },
        {
          model: 'm',
          message: { content: '' },
          done: true,
          done_reason: 'stop',
          prompt_eval_count: 3,
          eval_count: 1,
        },
      ),
      { text: 'Hi', finishReason: 'stop', inputTokens: 3, outputTokens: 1 },
    ],
    [
      'n=2',
      data(
        { choices: [{ index: 1, delta: { content: 'no' } }] },
        { choices: [{ index: 0, delta: { content: 'Hi' } }] },
        {
          choices: [
            { index: 1, delta: { content: 'no' } },
            { index: 0, delta: { content: '!' }, finish_reason: 'stop' },
          ],
        },
        '[DONE]',
      ),
      { text: 'Hi!', finishReason: 'stop' },
    ],
    [
      'delta missing role only w/ finish null',
      data({ choices: [{ index: 0, finish_reason: null }] }, chunk({ content: 'Hi' }), '[DONE]'),
      { text: 'Hi' },
    ],
    [
      'gemini with thoughtSignature',
      data({
        candidates: [
          {
            content: {
              parts: [
                { text: 'hm', thought: true },
                { text: 'Hi', thoughtSignature: 's' },
              ],
              role: 'model',
            },
            index: 0,
          },
        ],
        usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1, thoughtsTokenCount: 2 },
      }),
      { text: 'Hi', reasoning: 'hm', outputTokens: 3 },
    ],
    [
      'gemini executableCode',
      data({
        candidates: [
          {
            content: {
              parts: [
                { executableCode: { language: 'PYTHON', code: 'x' } },
                { codeExecutionResult: { outcome: 'OK', output: 'y' } },
                { text: 'Hi' },
              ],
            },
          },
        ],
      }),
      { text: 'Hi' },
    ],
    [
      'gemini finishMessage malformed',
      data({
        candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: 'bad', index: 0 }],
      }),
      { text: '', finishReason: 'MALFORMED_FUNCTION_CALL' },
    ],
    [
      'gemini cli wrap response',
      data({ response: { candidates: [{ content: { parts: [{ text: 'Hi' }] } }] }, traceId: 't' }),
      { text: 'Hi' },
    ],
    [
      'gemini error mid',
      data(
        { candidates: [{ content: { parts: [{ text: 'H' }] } }] },
        { error: { code: 500, message: 'internal', status: 'INTERNAL' } },
      ),
      { fails: 'upstream', says: 'internal' },
    ],
    [
      'responses azure',
      event('response.created', {
        type: 'response.created',
        response: { id: 'r', model: 'm', error: null },
      }) +
        event('keepalive', { type: 'keepalive', sequence_number: 3 }) +
        event('response.output_text.delta', { type: 'response.output_text.delta', delta: 'Hi' }) +
        event('response.completed', {
          type: 'response.completed',
          response: { id: 'r', status: 'completed', usage: { input_tokens: 3, output_tokens: 1 } },
        }),
      { text: 'Hi', inputTokens: 3 },
    ],
    [
      'responses only done text',
      event('response.output_text.done', { type: 'response.output_text.done', text: 'Hi' }) +
        event('response.completed', {
          type: 'response.completed',
          response: { status: 'completed', output: [] },
        }),
      { text: 'Hi' },
    ],
    [
      'responses queued',
      event('response.queued', {
        type: 'response.queued',
        response: { id: 'r', status: 'queued' },
      }),
      { fails: 'unknown-format' },
    ],
    [
      'responses cancelled',
      event('response.created', { type: 'response.created', response: { id: 'r' } }) +
        event('response.cancelled', {
          type: 'response.cancelled',
          response: { id: 'r', status: 'cancelled' },
        }),
      { id: 'r', finishReason: 'cancelled' },
    ],
    [
      'responses error flat',
      event('error', {
        type: 'error',
        code: 'rate_limit_exceeded',
        message: 'slow',
        param: null,
        sequence_number: 2,
      }),
      { fails: 'upstream', says: 'slow' },
    ],
    [
      'responses error nested',
      event('error', {
        type: 'error',
        sequence_number: 2,
        error: { type: 'too_many', code: 'c', message: 'slow' },
      }),
      { fails: 'upstream', says: 'slow' },
    ],
    [
      'responses failed incomplete w/o error',
      event('response.failed', {
        type: 'response.failed',
        response: { id: 'r', status: 'failed', error: null },
      }),
      { fails: 'upstream' },
    ],
    [
      'codex x',
      event('codex.rate_limits', { type: 'codex.rate_limits', plan_type: 'x' }) +
        event('response.output_text.delta', { type: 'response.output_text.delta', delta: 'Hi' }),
      { text: 'Hi' },
    ],
  ]),
  ...table('heartbeats', [
    ['hb event: heartbeat json', event('heartbeat', { ts: 1 }) + HI, { text: 'Hi' }],
    ['hb type keepalive', data({ type: 'keepalive' }) + HI, { text: 'Hi' }],
    ['hb type keep-alive ts', data({ type: 'keep-alive', timestamp: 1 }) + HI, { text: 'Hi' }],
    ['hb object ping', data({ object: 'ping' }) + HI, { text: 'Hi' }],
    ['hb op', data({ op: 'heartbeat' }) + HI, { text: 'Hi' }],
    ['hb status processing', data({ status: 'processing' }) + HI, { text: 'Hi' }],
    ['hb message text', data({ message: 'ping' }) + HI, { text: 'Hi' }],
    ['hb empty string json', data('""') + HI, { text: 'Hi' }],
    ['hb true', data('true') + HI, { text: 'Hi' }],
    ['hb dots', data('...') + HI, { text: 'Hi' }],
    ['hb zero', data('0') + HI, { text: 'Hi' }],
    ['hb connected quoted', data('"connected"') + HI, { text: 'Hi' }],
    ['hb :ok', data(':ok') + HI, { text: 'Hi' }],
    ['hb nbsp zero width', data('\u200b') + HI, { text: 'Hi' }],
    [
      'hb between openai (event: ping data text)',
      data(chunk({ content: 'H' })) +
        'event: ping\ndata: x\n\n' +
        data(chunk({ content: 'i' }), '[DONE]'),
      { text: 'Hi' },
    ],
    [
      'hb plain between openai by name',
      data(chunk({ content: 'H' })) + data('ping') + data(chunk({ content: 'i' }), '[DONE]'),
      { text: 'Hi' },
      'openai-chat',
    ],
    ['hb plain in text stream', data('Hello') + data('ping') + data(' x'), { text: 'Helloping x' }],
    ['hb [HEARTBEAT]', data('[HEARTBEAT]') + HI, { text: 'Hi' }],
    ['hb <keepalive>', data('<keepalive>') + HI, { text: 'Hi' }],
    ['hb connection established', data('Connection established') + HI, { text: 'Hi' }],
    ['hb json array ping', data('["ping"]') + HI, { text: 'Hi' }],
    ['hb event open', event('open', 'ok') + HI, { text: 'Hi' }],
    ['hb role-less start', event('start', '') + HI, { text: 'Hi' }],
    ['hb welcome', data('welcome') + HI, { text: 'Hi' }],
    [
      '[DONE] lowercase',
      data(chunk({ content: 'Hi' }), '[done]', chunk({ content: 'late' })),
      { text: 'Hi' },
    ],
    ['DONE w/o brackets', data(chunk({ content: 'Hi' }), 'DONE'), { text: 'Hi' }],
    ['event done + openai', data(chunk({ content: 'Hi' })) + event('done', ''), { text: 'Hi' }],
    ['event end + openai', data(chunk({ content: 'Hi' })) + event('end', '{}'), { text: 'Hi' }],
    [
      'NDJSON openai',
      JSON.stringify(chunk({ content: 'Hi' })) +
        '\n' +
        JSON.stringify(chunk({ content: '!' })) +
        '\n',
      { fails: 'unknown-format' },
    ],
    [
      'html',
      '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head></html>',
      { fails: 'unknown-format', says: '502' },
    ],
    [
      'whole chat with tool calls+reasoning',
      JSON.stringify({
        choices: [{ message: { content: 'Hi', reasoning_content: 'hm' }, finish_reason: 'stop' }],
      }),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'whole legacy',
      JSON.stringify({
        object: 'text_completion',
        choices: [{ text: 'Hi', finish_reason: 'stop' }],
      }),
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      'whole cloudflare',
      JSON.stringify({
        result: { response: 'Hi', usage: { prompt_tokens: 3, completion_tokens: 1 } },
        success: true,
        errors: [],
        messages: [],
      }),
      { text: 'Hi', inputTokens: 3 },
    ],
    [
      'whole llama.cpp',
      JSON.stringify({ content: 'Hi', stop: true, tokens_evaluated: 3, tokens_predicted: 1 }),
      { text: 'Hi', inputTokens: 3 },
    ],
    [
      'whole interactions',
      JSON.stringify({
        id: 'i',
        object: 'interaction',
        status: 'completed',
        model: 'm',
        steps: [
          { type: 'thought', summary: [{ type: 'text', text: 'hm' }] },
          { type: 'model_output', content: [{ type: 'text', text: 'Hi' }] },
        ],
        usage: { total_input_tokens: 3, total_output_tokens: 1 },
      }),
      { text: 'Hi', reasoning: 'hm', finishReason: 'completed', inputTokens: 3 },
    ],
    [
      'whole dify',
      JSON.stringify({
        event: 'message',
        task_id: 't',
        message_id: 'm',
        mode: 'chat',
        answer: 'Hi',
        metadata: { usage: { prompt_tokens: 3, completion_tokens: 1 } },
      }),
      { text: 'Hi', inputTokens: 3 },
    ],
    [
      'whole cohere',
      JSON.stringify({
        id: 'c',
        message: { role: 'assistant', content: [{ type: 'text', text: 'Hi' }] },
        finish_reason: 'COMPLETE',
        usage: {},
      }),
      { text: 'Hi', finishReason: 'COMPLETE' },
    ],
    [
      'tool arg null',
      data(
        chunk({
          tool_calls: [
            { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: null } },
          ],
        }),
        chunk({}, { finish_reason: 'tool_calls' }),
        '[DONE]',
      ),
      { toolCalls: [{ id: 'a', name: 'f', arguments: '{}' }] },
    ],
    [
      'tool id int',
      data(
        chunk({ tool_calls: [{ index: 0, id: 7, function: { name: 'f', arguments: '{"p":1}' } }] }),
        '[DONE]',
      ),
      { toolCalls: [{ id: '', name: 'f', arguments: '{"p":1}' }] },
    ],
    [
      'tool calls as object',
      data(
        chunk({ tool_calls: { index: 0, id: 'a', function: { name: 'f', arguments: '{"p":1}' } } }),
        '[DONE]',
      ),
      { toolCalls: [{ id: 'a', name: 'f', arguments: '{"p":1}' }] },
    ],
    [
      'tool same call repeated whole',
      data(
        chunk({
          tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":1}' } }],
        }),
        chunk({
          tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":1}' } }],
        }),
        '[DONE]',
      ),
      { toolCalls: [{ id: 'a', name: 'f', arguments: '{"p":1}' }] },
    ],
    [
      'two parallel same fn, index 0, no ids, args whole',
      data(
        chunk({
          tool_calls: [
            { index: 0, function: { name: 'f', arguments: '{"p":1}' } },
            { index: 0, function: { name: 'f', arguments: '{"p":2}' } },
          ],
        }),
        '[DONE]',
      ),
      {
        toolCalls: [
          { id: '', name: 'f', arguments: '{"p":1}' },
          { id: '', name: 'f', arguments: '{"p":2}' },
        ],
      },
    ],
    [
      'new id w/o name repeated index',
      data(
        chunk({
          tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":1}' } }],
        }),
        chunk({ tool_calls: [{ index: 0, id: 'b', function: { name: 'f', arguments: '' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"q":2}' } }] }),
        '[DONE]',
      ),
      {
        toolCalls: [
          { id: 'a', name: 'f', arguments: '{"p":1}' },
          { id: 'b', name: 'f', arguments: '{"q":2}' },
        ],
      },
    ],
    [
      'vllm changing ids same index',
      data(
        chunk({
          tool_calls: [
            { index: 0, id: 'chatcmpl-tool-1', type: 'function', function: { name: 'f' } },
          ],
        }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"p"' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
        '[DONE]',
      ),
      { toolCalls: [{ id: 'chatcmpl-tool-1', name: 'f', arguments: '{"p":1}' }] },
    ],
    [
      'name in pieces?',
      data(
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] }),
        chunk({
          tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":1}' } }],
        }),
        '[DONE]',
      ),
      { toolCalls: [{ id: 'a', name: 'f', arguments: '{"p":1}' }] },
    ],
    [
      'usage only chunk first',
      data(
        { usage: { prompt_tokens: 3, completion_tokens: 0 } },
        chunk({ content: 'Hi' }),
        '[DONE]',
      ),
      { text: 'Hi', inputTokens: 3 },
    ],
  ]),
  ...table('shapes', [
    ['hb status ok', data({ status: 'ok' }) + HI, { text: 'Hi' }],
    ['hb code 200 message', data({ code: 200, message: 'success' }) + HI, { text: 'Hi' }],
    ['hb code success text', data({ code: 'SUCCESS', message: 'x' }) + HI, { text: 'Hi' }],
    [
      'code 0 data wrap',
      data({ code: 0, message: 'ok', data: chunk({ content: 'Hi' }) }),
      { text: 'Hi' },
    ],
    ['code 0 data string', data({ code: 0, data: 'Hi' }), { fails: 'unknown-format' }],
    [
      'error empty members each chunk',
      data(
        { ...chunk({ content: 'Hi' }), error: { message: '', type: '', param: '', code: null } },
        '[DONE]',
      ),
      { text: 'Hi' },
    ],
    ['error false', data({ ...chunk({ content: 'Hi' }), error: false }, '[DONE]'), { text: 'Hi' }],
    ['errors []', data({ ...chunk({ content: 'Hi' }), errors: [] }, '[DONE]'), { text: 'Hi' }],
    ['status error', data({ status: 'error', message: 'no' }), { fails: 'upstream', says: 'no' }],
    [
      'graphql errors',
      data({ data: null, errors: [{ message: 'no' }] }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      'detail list',
      data({ detail: [{ loc: ['body'], msg: 'field required', type: 'x' }] }),
      { fails: 'upstream', says: 'field required' },
    ],
    [
      'problem+json',
      data({ type: 'about:blank', title: 'Too many', status: 429, detail: 'slow' }),
      { fails: true, says: 'slow' },
    ],
    ['error then [DONE]', data({ error: { message: 'no' } }, '[DONE]'), { fails: 'upstream' }],
    [
      'ai-sdk by name w/ heartbeats',
      ': x\n\n' +
        data(
          { type: 'text-start', id: '0' },
          { type: 'ping' },
          { type: 'text-delta', id: '0', delta: 'Hi' },
          '[DONE]',
        ),
      { text: 'Hi' },
      'ai-sdk',
    ],
    [
      'ai-sdk only data parts',
      data(
        { type: 'data-x', data: { text: 'no' } },
        { type: 'start-step' },
        { type: 'text-start', id: '1' },
        { type: 'text-delta', id: '1', delta: 'Hi' },
      ),
      { text: 'Hi' },
    ],
    [
      'ai-sdk start first without id',
      data(
        { type: 'start' },
        { type: 'reasoning-start', id: 'r' },
        { type: 'reasoning-delta', id: 'r', delta: 'hm' },
        { type: 'finish' },
        '[DONE]',
      ),
      { reasoning: 'hm', text: '' },
    ],
    [
      'ai-sdk error first',
      data({ type: 'start' }, { type: 'error', errorText: 'no' }),
      { fails: 'upstream', says: 'no' },
    ],
    ['ai-sdk error w/o text', data({ type: 'error' }), { fails: 'upstream' }],
    ['ai-sdk v5 textDelta', data({ type: 'text-delta', textDelta: 'Hi' }), { text: 'Hi' }],
    [
      'ai-sdk tool-input-available alone',
      data(
        { type: 'start', messageId: 'm' },
        { type: 'tool-input-available', toolCallId: 'a', toolName: 'f', input: {} },
        { type: 'finish' },
      ),
      { toolCalls: [{ id: 'a', name: 'f', arguments: '{}' }] },
    ],
    [
      'ai-sdk text encoding tool',
      data(
        { type: 'tool-input-start', toolCallId: 'a', toolName: 'f', inputEncoding: 'text' },
        { type: 'tool-input-delta', toolCallId: 'a', inputTextDelta: 'ls' },
        { type: 'tool-input-available', toolCallId: 'a', toolName: 'f', input: 'ls' },
      ),
      { toolCalls: [{ id: 'a', name: 'f', arguments: 'ls' }] },
    ],
    [
      'ag-ui snake/legacy',
      data(
        { type: 'RUN_STARTED', threadId: 't', runId: 'r' },
        { type: 'THINKING_TEXT_MESSAGE_CONTENT', delta: 'hm' },
        { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'Hi' },
        { type: 'RUN_FINISHED', threadId: 't', runId: 'r' },
      ),
      { text: 'Hi', reasoning: 'hm', finishReason: 'stop' },
    ],
    [
      'ag-ui event names too',
      event('TEXT_MESSAGE_CONTENT', { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'Hi' }) +
        event('RUN_FINISHED', { type: 'RUN_FINISHED' }),
      { text: 'Hi' },
    ],
    [
      'ag-ui names only',
      event('TEXT_MESSAGE_CONTENT', { messageId: 'm', delta: 'Hi' }),
      { text: 'Hi' },
    ],
    [
      'ag-ui error only event',
      event('RUN_ERROR', { message: 'no' }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      'ag-ui STATE first',
      data(
        { type: 'STATE_SNAPSHOT', snapshot: {} },
        { type: 'TEXT_MESSAGE_CHUNK', delta: 'Hi', messageId: 'm' },
      ),
      { text: 'Hi' },
    ],
    [
      'ag-ui cancelled',
      data(
        { type: 'RUN_STARTED', runId: 'r' },
        { type: 'RUN_FINISHED', outcome: { type: 'cancelled' } },
      ),
      { text: '', finishReason: 'cancelled' },
    ],
    [
      'dify ping first',
      'event: ping\n\n' +
        data(
          { event: 'message', answer: 'Hi', message_id: 'm' },
          { event: 'message_end', metadata: {} },
        ),
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      'dify workflow_failed',
      data(
        { event: 'workflow_started' },
        { event: 'workflow_finished', data: { status: 'failed', error: 'no' } },
      ),
      { fails: 'upstream', says: 'no' },
    ],
    [
      'dify stopped',
      data(
        { event: 'workflow_started' },
        { event: 'text_chunk', data: { text: 'H' } },
        { event: 'workflow_finished', data: { status: 'stopped' } },
      ),
      { text: 'H', finishReason: 'stopped' },
    ],
    [
      'dify message_replace only',
      data({ event: 'message_replace', answer: 'No.' }, { event: 'message_end' }),
      { text: 'No.' },
    ],
    [
      'dify only error',
      data({ event: 'error', status: 400, code: 'x', message: 'no' }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      'dify http error json',
      JSON.stringify({ code: 'unauthorized', message: 'Access token is invalid', status: 401 }),
      { fails: 'unknown-format', says: 'Access token is invalid' },
    ],
    [
      'dify node_started first',
      data({ event: 'node_started', data: { title: 'x' } }, { event: 'message', answer: 'Hi' }),
      { text: 'Hi' },
    ],
    [
      'coze http error',
      JSON.stringify({ code: 4100, msg: 'auth failed', detail: { logid: 'x' } }),
      { fails: 'unknown-format', says: 'auth failed' },
    ],
    ['coze no event names', data({ type: 'answer', content: 'Hi' }), { fails: 'unknown-format' }],
    [
      'coze data with space prefix',
      'event:conversation.message.delta\ndata:{"type":"answer","content":"Hi"}\n\nevent:done\ndata:"[DONE]"\n\n',
      { text: 'Hi' },
    ],
    [
      'coze failed only',
      event('conversation.chat.failed', {
        status: 'failed',
        last_error: { code: 5000, msg: 'no' },
      }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      'interactions error without member',
      event('error', { event_type: 'error' }),
      { fails: 'upstream' },
    ],
    [
      'interactions names only',
      event('step.delta', { index: 0, delta: { type: 'text', text: 'Hi' } }) +
        event('interaction.completed', { interaction: { status: 'completed' } }),
      { text: 'Hi' },
    ],
    [
      'interactions content.delta older',
      event('content.delta', {
        event_type: 'content.delta',
        index: 0,
        delta: { type: 'text', text: 'Hi' },
      }),
      { fails: 'unknown-format' },
    ],
    [
      'interactions cancelled/incomplete',
      data(
        { event_type: 'step.delta', delta: { type: 'text', text: 'Hi' } },
        { event_type: 'interaction.completed', interaction: { status: 'incomplete' } },
      ),
      { text: 'Hi', finishReason: 'incomplete' },
    ],
    [
      'cloudflare null response',
      data({ response: null, tool_calls: [{ name: 'f', arguments: { a: 1 } }] }, '[DONE]'),
      { toolCalls: [{ id: '', name: 'f', arguments: '{"a":1}' }] },
    ],
    [
      'cloudflare number token',
      data({ response: 4, p: 'x' }, { response: '2', p: 'x' }, '[DONE]'),
      { text: '42' },
    ],
    [
      'llama.cpp error',
      data({ error: { code: 400, message: 'no', type: 'invalid_request_error' } }),
      { fails: 'upstream' },
    ],
    [
      'llama.cpp old',
      data(
        { content: 'Hi', multimodal: false, slot_id: 0, stop: false },
        { content: '', stop: true, stopped_eos: true, tokens_predicted: 1, tokens_evaluated: 3 },
      ),
      { text: 'Hi', finishReason: 'stop', inputTokens: 3 },
    ],
    [
      'llama.cpp progress',
      data(
        { index: 0, content: '', stop: false, prompt_progress: { total: 1 } },
        { index: 0, content: 'Hi', stop: false },
      ),
      { text: 'Hi' },
    ],
    [
      'mistral tool arguments object',
      data(
        chunk({
          content: '',
          tool_calls: [{ id: 'a', function: { name: 'f', arguments: { p: 1 } } }],
        }),
        '[DONE]',
      ),
      { toolCalls: [{ id: 'a', name: 'f', arguments: '{"p":1}' }] },
    ],
    [
      'mistral reference chunks',
      data(
        chunk({
          content: [
            { type: 'text', text: 'Hi' },
            { type: 'reference', reference_ids: [1] },
          ],
        }),
        '[DONE]',
      ),
      { text: 'Hi' },
    ],
    [
      'vllm whole with stream err',
      data({ error: { message: 'no', type: 'BadRequestError', code: 400 } }, '[DONE]'),
      { fails: 'upstream' },
    ],
    [
      'surrogate in list parts',
      data(
        chunk({ content: [{ type: 'text', text: '\ud83d' }] }),
        chunk({ content: [{ type: 'text', text: '\ude00' }] }),
        '[DONE]',
      ),
      { text: '😀' },
    ],
    ['utf8 nul', data(chunk({ content: 'a\u0000b' }), '[DONE]'), { text: 'a\u0000b' }],
    [
      'responses function_call arguments only in completed',
      event('response.completed', {
        type: 'response.completed',
        response: {
          status: 'completed',
          output: [{ type: 'function_call', call_id: 'a', name: 'f', arguments: '{"p":1}' }],
        },
      }),
      { toolCalls: [{ id: 'a', name: 'f', arguments: '{"p":1}' }] },
    ],
    [
      'responses output_index missing',
      event('response.output_item.added', {
        type: 'response.output_item.added',
        item: { type: 'function_call', id: 'fc', call_id: 'a', name: 'f' },
      }) +
        event('response.function_call_arguments.delta', {
          type: 'response.function_call_arguments.delta',
          item_id: 'fc',
          delta: '{"p":',
        }) +
        event('response.function_call_arguments.done', {
          type: 'response.function_call_arguments.done',
          item_id: 'fc',
          arguments: '{"p":1}',
        }),
      { toolCalls: [{ id: 'a', name: 'f', arguments: '{"p":1}' }] },
    ],
    [
      'responses .done differs id per event (item_id random)',
      event('response.output_item.added', {
        type: 'response.output_item.added',
        output_index: 0,
        item: { type: 'function_call', id: 'x1', call_id: 'a', name: 'f', arguments: '' },
      }) +
        event('response.function_call_arguments.done', {
          type: 'response.function_call_arguments.done',
          output_index: 0,
          item_id: 'x2',
          arguments: '{"p":1}',
        }) +
        event('response.output_item.done', {
          type: 'response.output_item.done',
          output_index: 0,
          item: { type: 'function_call', id: 'x3', call_id: 'a', name: 'f', arguments: '{"p":1}' },
        }),
      { toolCalls: [{ id: 'a', name: 'f', arguments: '{"p":1}' }] },
    ],
    [
      'anthropic tool without deltas, whole input + stop',
      event('content_block_start', {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
      }) +
        event('content_block_stop', { type: 'content_block_stop', index: 0 }) +
        event('message_stop', { type: 'message_stop' }),
      { toolCalls: [{ id: 't', name: 'f', arguments: '{"a":1}' }] },
    ],
    [
      'usage openai cached',
      data(
        {
          choices: [],
          usage: {
            prompt_tokens: 100,
            completion_tokens: 7,
            prompt_tokens_details: { cached_tokens: 90 },
            prompt_cache_hit_tokens: 90,
          },
        },
        '[DONE]',
      ),
      { inputTokens: 100, outputTokens: 7 },
    ],
    [
      'ndjson openai content-type event-stream w/ data prefix missing first',
      JSON.stringify(chunk({ content: 'x' })) + '\n\n' + HI,
      { text: 'Hi' },
    ],
  ]),

  ...table('tool calls', [
    [
      'another id in each fragment',
      data(
        toolCalls({ index: 0, id: 'call_1', function: { name: 'f', arguments: '' } }),
        toolCalls({ index: 0, id: 'call_2', function: { arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'call_3', function: { arguments: ':1}' } }),
      ),
      { toolCalls: [P('call_1', 'f')] },
    ],
    [
      'another id and an empty name in each fragment',
      data(
        toolCalls({ index: 0, id: 'call_1', function: { name: 'f', arguments: '' } }),
        toolCalls({ index: 0, id: 'call_2', function: { name: '', arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'call_3', function: { name: null, arguments: ':1}' } }),
      ),
      { toolCalls: [P('call_1', 'f')] },
    ],
    [
      'another id in each fragment, without an index',
      data(
        toolCalls({ id: 'call_1', function: { name: 'f', arguments: '' } }),
        toolCalls({ id: 'call_2', function: { arguments: '{"p":1}' } }),
        toolCalls({ id: 'call_3', function: { name: 'g', arguments: '' } }),
        toolCalls({ id: 'call_4', function: { arguments: '{"p":1}' } }),
      ),
      { toolCalls: [P('call_1', 'f'), P('call_3', 'g')] },
    ],
    [
      'another id in each fragment, in parallel',
      data(
        toolCalls({ index: 0, id: 'call_1', function: { name: 'f', arguments: '' } }),
        toolCalls({ index: 1, id: 'call_2', function: { name: 'g', arguments: '' } }),
        toolCalls({ index: 0, id: 'call_3', function: { arguments: '{"p"' } }),
        toolCalls({ index: 1, id: 'call_4', function: { arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'call_5', function: { arguments: ':1}' } }),
        toolCalls({ index: 1, id: 'call_6', function: { arguments: ':1}' } }),
      ),
      { toolCalls: [P('call_1', 'f'), P('call_2', 'g')] },
    ],
    [
      'the id "null" in each fragment',
      data(
        toolCalls({ index: 0, id: 'call_1', function: { name: 'f', arguments: '' } }),
        toolCalls({ index: 0, id: 'null', function: { name: '', arguments: '{"p":1}' } }),
      ),
      { toolCalls: [P('call_1', 'f')] },
    ],
    [
      'no id at all but "null"',
      data(toolCalls({ index: 0, id: 'null', function: { name: 'f', arguments: '{"p":1}' } })),
      { toolCalls: [P('', 'f')] },
    ],
    [
      'two without ids, the first without arguments',
      data(
        toolCalls({ index: 0, function: { name: 'f', arguments: '{}' } }),
        toolCalls({ index: 0, function: { name: 'g', arguments: '{"p":1}' } }),
      ),
      { toolCalls: [{ id: '', name: 'f', arguments: '{}' }, P('', 'g')] },
    ],
    [
      'an empty object before the arguments',
      data(
        toolCalls({ index: 0, function: { name: 'f', arguments: '{}' } }),
        toolCalls({ index: 0, function: { arguments: '{"p"' } }),
        toolCalls({ index: 0, function: { arguments: ':1}' } }),
      ),
      { toolCalls: [P('', 'f')] },
    ],
    [
      "Copilot's encrypted fragments",
      responses(
        { type: 'response.output_item.added', output_index: 0, item: CALL },
        { type: 'response.function_call_arguments.delta', output_index: 0, delta: 'gAAAAABqpw==' },
        { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"p":1}' },
        {
          type: 'response.output_item.done',
          output_index: 0,
          item: { ...CALL, arguments: '{"p":1}' },
        },
        {
          type: 'response.completed',
          response: { status: 'completed', output: [{ ...CALL, arguments: '{"p":1}' }] },
        },
      ),
      { toolCalls: [P('a', 'f')], finishReason: 'completed' },
    ],
    [
      "Copilot's encrypted fragments, only the item is whole",
      responses(
        { type: 'response.output_item.added', output_index: 0, item: CALL },
        { type: 'response.function_call_arguments.delta', output_index: 0, delta: 'gAAAAABqpw==' },
        {
          type: 'response.output_item.done',
          output_index: 0,
          item: { ...CALL, arguments: '{"p":1}' },
        },
      ),
      { toolCalls: [P('a', 'f')] },
    ],
    [
      "a custom tool's input is no JSON",
      responses(
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: { type: 'custom_tool_call', call_id: 'a', name: 'sh', input: '' },
        },
        { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'ls' },
        { type: 'response.custom_tool_call_input.done', output_index: 0, input: 'ls -l' },
      ),
      { toolCalls: [{ id: 'a', name: 'sh', arguments: 'ls -l' }] },
    ],
  ]),
  ...table('numbers', [
    [
      'as content',
      data(chunk({ content: 'It is ' }), chunk({ content: 6 }), chunk({ content: 0 }), '[DONE]'),
      { text: 'It is 60' },
    ],
    ['as the first content', data(chunk({ content: 42 }), '[DONE]'), { text: '42' }],
    [
      'as reasoning',
      data(chunk({ reasoning_content: 'v' }), chunk({ reasoning_content: 3 }), HI_CHUNK),
      { text: 'Hi', reasoning: 'v3' },
    ],
    [
      'as the text of legacy completions',
      data({ object: 'text_completion', choices: [{ index: 0, text: 42 }] }, '[DONE]'),
      { text: '42' },
    ],
    [
      'as text blocks',
      data(chunk({ content: [{ type: 'text', text: 4 }, { text: 2 }] }), '[DONE]'),
      { text: '42' },
    ],
    [
      "as Ollama's content",
      data({ message: { content: 4 }, done: false }, { message: { content: 2 }, done: true }),
      { text: '42' },
    ],
    ['as a delta', data({ type: 'text-delta', id: '0', delta: 42 }), { text: '42' }],
    [
      'among texts that come by template',
      data(
        ...['a', 'b', 'c', 4, 'd', 2, 'e'].map((content) => chunk({ content })),
        ...['f', 'g'].map((content) => chunk({ content })),
        '[DONE]',
      ),
      { text: 'abc4d2efg' },
    ],
  ]),
  ...table('figures', [
    [
      'reasoning beside the completion',
      data(HI_CHUNK, reasoned(9)),
      { inputTokens: 32, outputTokens: 103 },
    ],
    [
      'reasoning in the completion',
      data(HI_CHUNK, reasoned(103)),
      { inputTokens: 32, outputTokens: 103 },
    ],
  ]),
  ...table('strangers', [
    [
      'content and done',
      data(
        { content: 'He', done: false },
        { content: 'llo', done: false },
        { content: '', done: true },
      ),
      { text: 'Hello', finishReason: 'stop' },
    ],
    [
      'text and done',
      data({ text: 'He', done: false }, { text: 'llo', done: true }),
      { text: 'Hello', finishReason: 'stop' },
    ],
    [
      'delta and done',
      data(
        { delta: 'Hel', done: false, chunk_index: 1 },
        { delta: 'lo', done: false, chunk_index: 2 },
        { delta: '', done: true, chunk_index: 3 },
      ),
      { text: 'Hello', finishReason: 'stop' },
    ],
    [
      'token and done, by name',
      data({ token: 'He', done: false }, { token: 'llo', done: false }, { done: true }),
      { text: 'Hello', finishReason: 'stop' },
      'ollama',
    ],
    [
      'another name and done',
      data({ value: 'He', done: false }, { value: '', done: true }),
      { fails: 'unknown-format', says: 'He' },
    ],
    ['only done', data({ done: true }), { fails: 'unknown-format' }],
    [
      'a type beside done',
      data(
        { type: 'reasoning_chunk', content: 'hm', done: false },
        { type: 'reasoning_chunk', content: '', done: true },
      ),
      { fails: 'unknown-format', says: 'hm' },
    ],
    [
      "a message that is not Ollama's",
      data({ message: { messageId: 'u', text: 'q' }, created: true }),
      { fails: 'unknown-format', says: 'created' },
    ],
    [
      "Bedrock's events",
      event('messageStart', { role: 'assistant' }) +
        event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hi' } }) +
        event('messageStop', { stopReason: 'end_turn' }),
      { fails: 'unknown-format', says: 'assistant' },
    ],
  ]),
  ...table('dialects', [
    [
      'Mastra',
      data(
        mastra('start', { id: 'a' }),
        mastra('step-start', { messageId: 'm' }),
        mastra('reasoning-delta', { id: '0', text: 'hm' }),
        mastra('text-start', { id: '1' }),
        mastra('text-delta', { id: '1', text: 'Hel' }),
        mastra('text-delta', { id: '1', text: 'lo' }),
        mastra('tool-call', { toolCallId: 'a', toolName: 'f', args: { p: 1 } }),
        mastra('finish', {
          stepResult: { reason: 'tool-calls' },
          output: { usage: { inputTokens: 3, outputTokens: 1 } },
        }),
        '[DONE]',
      ),
      {
        text: 'Hello',
        reasoning: 'hm',
        toolCalls: [P('a', 'f')],
        finishReason: 'tool-calls',
        inputTokens: 3,
        outputTokens: 1,
      },
    ],
    [
      "Mastra's error",
      data(mastra('error', { error: { message: 'no such model' } })),
      { fails: 'upstream', says: ': no such model' },
    ],
    [
      'RAGFlow',
      data(
        { event: 'message', message_id: 'm', task_id: 't', data: { content: 'Hel' } },
        { event: 'message', message_id: 'm', task_id: 't', data: { content: 'lo' } },
        { event: 'message_end', message_id: 'm', task_id: 't', data: {} },
      ),
      { text: 'Hello', finishReason: 'stop' },
    ],
    [
      "Copilot's reasoning",
      data(chunk({ reasoning_text: 'hm', content: null }), HI_CHUNK),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'a whole completion with an empty delta',
      JSON.stringify({
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            delta: { role: null, content: '', tool_calls: null, reasoning_content: '' },
            finish_reason: 'stop',
            message: { role: 'assistant', content: 'Hi' },
          },
        ],
      }),
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      "Perplexity's messages, which grow",
      data(
        ...[
          ['', ''],
          ['He', 'He'],
          ['llo', 'Hello'],
          ['', 'Hello'],
        ].map(([content, all]) => ({
          ...chunk({ content }, { message: { role: 'assistant', content: all } }),
          object: 'chat.completion',
        })),
        '[DONE]',
      ),
      { text: 'Hello' },
    ],
    [
      'a missing blank line',
      `data: ${JSON.stringify(chunk({ content: 'H' }))}\n${data(chunk({ content: 'i' }), '[DONE]')}`,
      { text: 'Hi' },
    ],
    [
      'a missing blank line before [DONE]',
      `${data(HI_CHUNK)}data: ${JSON.stringify(chunk({}, { finish_reason: 'stop' }))}\n${data('[DONE]')}`,
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      'a missing blank line before an error',
      `data: ${JSON.stringify(HI_CHUNK)}\n${data({ error: { message: 'no' } })}`,
      { fails: 'upstream', says: ': no' },
    ],
    [
      'a missing blank line before broken JSON',
      `data: ${JSON.stringify(HI_CHUNK)}\n${data('{"choices":[{')}`,
      { fails: 'parse-json' },
    ],
    [
      'JSON over several lines',
      `data: {"choices":\ndata: [{"delta":{"content":"Hi"}}]}\n\n`,
      { text: 'Hi' },
    ],
  ]),
  ...table('responses', [
    [
      'a message only when it is done',
      responses(
        { type: 'response.created', response: { id: 'r' } },
        { type: 'response.output_item.done', output_index: 0, item: MESSAGE },
        { type: 'response.completed', response: { id: 'r', status: 'completed', output: [] } },
      ),
      { text: 'Hi', finishReason: 'completed' },
    ],
    [
      'a message in deltas, and when it is done',
      responses(
        { type: 'response.output_text.delta', delta: 'H' },
        { type: 'response.output_text.delta', delta: 'i' },
        { type: 'response.output_text.done', text: 'Hi' },
        { type: 'response.content_part.done', part: MESSAGE.content[0] },
        { type: 'response.output_item.done', output_index: 0, item: MESSAGE },
        { type: 'response.completed', response: { status: 'completed', output: [MESSAGE] } },
      ),
      { text: 'Hi' },
    ],
    [
      'a part only when it is done',
      responses(
        { type: 'response.created', response: { id: 'r' } },
        { type: 'response.content_part.done', part: MESSAGE.content[0] },
        { type: 'response.completed', response: { id: 'r', status: 'completed' } },
      ),
      { text: 'Hi', finishReason: 'completed' },
    ],
    [
      'reasoning only when it is done',
      responses(
        { type: 'response.reasoning_summary_text.done', summary_index: 0, text: 'hm' },
        { type: 'response.output_text.delta', delta: 'Hi' },
        { type: 'response.completed', response: { status: 'completed', output: [] } },
      ),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'the response itself as data',
      event('response.created', RESPONSE('in_progress')) +
        event('response.in_progress', RESPONSE('in_progress')) +
        event('response.output_text.delta', { delta: 'Hi' }) +
        event('response.completed', RESPONSE('completed')),
      { text: 'Hi', finishReason: 'completed', id: 'r' },
    ],
    [
      'the failed response itself as data',
      event('response.created', RESPONSE('in_progress')) +
        event('response.failed', { ...RESPONSE('failed'), error: { message: 'no' } }),
      { fails: 'upstream', says: ': no' },
    ],
  ]),
  ...table('flat errors', [
    ['behind text', data(HI_CHUNK, QUOTA), { fails: 'upstream', says: 'too many tokens' }],
    ['first', data(QUOTA), { fails: 'upstream', says: 'token_quota_exceeded: too many tokens' }],
    ['by name', data(QUOTA), { fails: 'upstream', says: 'too many tokens' }, 'anthropic'],
    [
      "an AG-UI subagent's is none",
      data(
        { type: 'RUN_STARTED', runId: 'r' },
        { type: 'SUBAGENT_ERROR', code: 'x', message: 'no' },
        { type: 'TEXT_MESSAGE_CONTENT', delta: 'Hi' },
        { type: 'RUN_FINISHED' },
      ),
      { text: 'Hi' },
    ],
  ]),
  ...table('several choices', [
    [
      'of one answer in a chunk',
      data(
        {
          choices: [
            { index: 0, delta: { content: 'H' } },
            { index: 0, delta: { content: 'i' }, finish_reason: 'stop' },
          ],
        },
        '[DONE]',
      ),
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      'a call, and the end behind it',
      data({
        choices: [
          {
            index: 0,
            delta: {
              tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":' } }],
            },
          },
          { index: 1, delta: { content: 'no' } },
          { index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: '1}' } }] } },
          { index: 0, delta: { content: '' }, finish_reason: 'tool_calls' },
        ],
      }),
      { text: '', toolCalls: [P('a', 'f')], finishReason: 'tool_calls' },
    ],
    [
      'null before one',
      data({ choices: [null, { delta: { content: 'Hi' } }] }, '[DONE]'),
      { text: 'Hi' },
    ],
    [
      'whole answers: the first counts',
      JSON.stringify({ choices: [{ message: { content: 'Hi' } }, { message: { content: 'no' } }] }),
      { text: 'Hi' },
    ],
    [
      "an error in the second one's place",
      data({ choices: [{ delta: { content: 'Hi' } }, { index: 0, error: { message: 'no' } }] }),
      { fails: 'upstream', says: ': no' },
    ],
  ]),
  ...table('text under another name', [
    [
      'a delta that is text',
      data({ choices: [{ delta: 'H' }] }, { choices: [{ delta: 'i' }] }),
      HI_TEXT,
    ],
    ['a message that is text', JSON.stringify({ choices: [{ message: 'Hi' }] }), HI_TEXT],
    [
      "SenseNova's",
      data(
        { data: { id: 'x', choices: [{ index: 0, delta: 'H', finish_reason: '' }] }, status: {} },
        { data: { id: 'x', choices: [{ index: 0, delta: 'i', finish_reason: 'stop' }] } },
        '[DONE]',
      ),
      { text: 'Hi', id: 'x', finishReason: 'stop' },
    ],
    ...[
      { choices: [{ delta: { text: 'Hi' } }] },
      { choices: [{ delta: { role: 'assistant', value: 'Hi' } }] },
      { choices: [{ content: 'Hi' }] },
      { event: 'message', data: 'Hi' },
      { event: 'message', content: 'Hi' },
      { event: 'message', data: HI_CHUNK },
      { event: 'text_chunk', text: 'Hi' },
      { type: 'text-delta', content: 'Hi' },
      { type: 'TEXT_MESSAGE_CONTENT', content: 'Hi' },
      { type: 'content_block_delta', delta: { content: 'Hi' } },
      { type: 'response.output_text.delta', text: 'Hi' },
    ].flatMap((json): Row[] => [
      [JSON.stringify(json), data(json, '[DONE]'), { fails: 'unknown-format', says: 'Hi' }],
    ]),
    [
      'by name',
      data({ choices: [{ delta: { text: 'Hi' } }] }, '[DONE]'),
      { fails: 'unknown-format', says: 'Hi' },
      'openai-chat',
    ],
    [
      'an end alone does not make it one',
      data({ choices: [{ delta: { text: 'Hi' } }] }, chunk({}, { finish_reason: 'stop' })),
      { text: '', finishReason: 'stop' },
    ],
  ]),
  ...table('names with underscores', [
    [
      "AG-UI's, of Python",
      data(
        { type: 'RUN_STARTED', thread_id: 't', run_id: 'r' },
        { type: 'TEXT_MESSAGE_CONTENT', message_id: 'm', delta: 'Hi' },
        { type: 'TOOL_CALL_START', tool_call_id: 'a', tool_call_name: 'f' },
        { type: 'TOOL_CALL_START', tool_call_id: 'b', tool_call_name: 'g' },
        { type: 'TOOL_CALL_ARGS', tool_call_id: 'a', delta: '{"p":1}' },
        { type: 'TOOL_CALL_ARGS', tool_call_id: 'b', delta: '{"p":1}' },
        { type: 'RUN_FINISHED', thread_id: 't', run_id: 'r' },
      ),
      { text: 'Hi', id: 'r', toolCalls: [P('a', 'f'), P('b', 'g')], finishReason: 'stop' },
    ],
    [
      "Gemini's, of Python",
      data(
        {
          candidates: [
            {
              content: {
                parts: [{ text: 'Hi' }, { function_call: { name: 'f', args: { p: 1 } } }],
              },
              finish_reason: 'STOP',
            },
          ],
          usage_metadata: {
            prompt_token_count: 3,
            candidates_token_count: 1,
            thoughts_token_count: 2,
          },
          model_version: 'm',
          response_id: 'r',
        },
        { prompt_feedback: { block_reason: 'SAFETY' } },
      ),
      {
        text: 'Hi',
        toolCalls: [P('', 'f')],
        finishReason: 'SAFETY',
        inputTokens: 3,
        outputTokens: 3,
        model: 'm',
        id: 'r',
      },
    ],
    [
      "the AI SDK's",
      data(
        { type: 'start', message_id: 'm' },
        { type: 'text-delta', id: '0', delta: 'Hi' },
        { type: 'tool-input-available', tool_call_id: 'a', tool_name: 'f', input: { p: 1 } },
        { type: 'finish', finish_reason: 'tool-calls' },
      ),
      { text: 'Hi', toolCalls: [P('a', 'f')], finishReason: 'tool-calls' },
      'ai-sdk',
    ],
  ]),
  ...table("Responses' other names", [
    [
      "Open Responses' reasoning",
      responses(
        { type: 'response.reasoning.delta', delta: 'h' },
        { type: 'response.reasoning.delta', delta: 'm' },
        { type: 'response.reasoning.done', text: 'hm' },
        { type: 'response.output_text.delta', delta: 'Hi' },
        { type: 'response.completed', response: { status: 'completed' } },
      ),
      { text: 'Hi', reasoning: 'hm', finishReason: 'completed' },
    ],
    [
      "OpenRouter's deltas and end",
      data(
        { type: 'response.created', response: { id: 'r', status: 'in_progress' } },
        { type: 'response.content_part.delta', output_index: 0, content_index: 0, delta: 'H' },
        { type: 'response.content_part.delta', output_index: 0, content_index: 0, delta: 'i' },
        { type: 'response.output_item.done', output_index: 0, item: MESSAGE },
        {
          type: 'response.done',
          response: { id: 'r', status: 'completed', usage: { input_tokens: 3, output_tokens: 1 } },
        },
        { type: 'response.output_text.delta', delta: 'late' },
      ),
      { text: 'Hi', id: 'r', finishReason: 'completed', inputTokens: 3, outputTokens: 1 },
    ],
    [
      'deltas that are parts',
      data({ type: 'response.content_part.delta', delta: { type: 'output_text', text: 'Hi' } }),
      HI_TEXT,
    ],
    [
      'a failed end',
      data(
        { type: 'response.output_text.delta', delta: 'Hi' },
        { type: 'response.done', response: { status: 'failed', error: { message: 'no' } } },
      ),
      { fails: 'upstream', says: ': no' },
    ],
    [
      'a refusal only when it is done',
      responses(
        { type: 'response.created', response: { id: 'r' } },
        { type: 'response.refusal.done', refusal: 'No.' },
        { type: 'response.completed', response: { status: 'completed', output: [] } },
      ),
      { text: '', refusal: 'No.', finishReason: 'completed' },
    ],
    [
      'a refusal in deltas, and when it is done',
      responses(
        { type: 'response.refusal.delta', delta: 'N' },
        { type: 'response.refusal.delta', delta: 'o.' },
        { type: 'response.refusal.done', refusal: 'No.' },
        { type: 'response.content_part.done', part: { type: 'refusal', refusal: 'No.' } },
      ),
      { refusal: 'No.' },
    ],
    [
      'a reasoning item only when it is done',
      responses(
        { type: 'response.created', response: { id: 'r' } },
        {
          type: 'response.output_item.done',
          output_index: 0,
          item: { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
        },
        { type: 'response.output_item.done', output_index: 1, item: MESSAGE },
        { type: 'response.completed', response: { status: 'completed', output: [] } },
      ),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'a whole response whose reasoning has no summary',
      JSON.stringify({
        ...RESPONSE('completed'),
        output: [
          {
            type: 'reasoning',
            summary: [],
            content: [{ type: 'reasoning_text', text: 'hm' }],
          },
          MESSAGE,
        ],
      }),
      { text: 'Hi', reasoning: 'hm' },
    ],
  ]),
  ...table('items when they are done', [
    [
      'two messages',
      responses(
        { type: 'response.created', response: { id: 'r' } },
        { type: 'response.output_item.done', output_index: 0, item: message('One. ') },
        { type: 'response.output_item.done', output_index: 2, item: message('Two.') },
        {
          type: 'response.completed',
          response: { status: 'completed', output: [message('One. '), message('Two.')] },
        },
      ),
      { text: 'One. Two.', finishReason: 'completed' },
    ],
    [
      'one in deltas, one without',
      responses(
        { type: 'response.output_text.delta', output_index: 0, delta: 'On' },
        { type: 'response.output_text.delta', output_index: 0, delta: 'e. ' },
        { type: 'response.output_text.done', output_index: 0, text: 'One. ' },
        { type: 'response.content_part.done', output_index: 0, part: message('One. ').content[0] },
        { type: 'response.output_item.done', output_index: 0, item: message('One. ') },
        { type: 'response.output_text.done', output_index: 1, text: 'Two.' },
        { type: 'response.output_item.done', output_index: 1, item: message('Two.') },
        { type: 'response.completed', response: { status: 'completed', output: [] } },
      ),
      { text: 'One. Two.' },
    ],
    [
      'one without deltas, one in them',
      responses(
        { type: 'response.output_item.done', output_index: 0, item: message('One. ') },
        { type: 'response.output_text.delta', output_index: 1, delta: 'Two' },
        { type: 'response.output_text.delta', output_index: 1, delta: '.' },
        { type: 'response.output_item.done', output_index: 1, item: message('Two.') },
      ),
      { text: 'One. Two.' },
    ],
    [
      'in deltas, all done at the end',
      responses(
        { type: 'response.output_text.delta', output_index: 0, delta: 'One. ' },
        { type: 'response.output_text.delta', output_index: 1, delta: 'Two.' },
        { type: 'response.output_item.done', output_index: 0, item: message('One. ') },
        { type: 'response.output_item.done', output_index: 1, item: message('Two.') },
      ),
      { text: 'One. Two.' },
    ],
    [
      'the rest of one',
      responses(
        { type: 'response.output_item.done', output_index: 0, item: message('One. ') },
        { type: 'response.output_text.delta', output_index: 1, delta: 'Tw' },
        { type: 'response.output_item.done', output_index: 1, item: message('Two.') },
      ),
      { text: 'One. Two.' },
    ],
    [
      'written otherwise than in deltas',
      responses(
        { type: 'response.output_text.delta', output_index: 0, delta: 'One[1]' },
        { type: 'response.output_text.done', output_index: 0, text: 'One[1]' },
        { type: 'response.output_item.done', output_index: 0, item: message('One') },
        { type: 'response.completed', response: { output: [message('One!')] } },
      ),
      { text: 'One[1]' },
    ],
    [
      'a message that grows',
      data(
        ...['H', 'Hel', 'Hello'].map((content) => ({
          object: 'chat.completion',
          choices: [{ message: { content }, delta: { content: '' } }],
        })),
      ),
      { text: 'Hello' },
    ],
    [
      'a whole completion with the rest of the text',
      data(chunk({ content: 'Hel' }), {
        object: 'chat.completion',
        choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
      }),
      { text: 'Hello', finishReason: 'stop' },
    ],
  ]),
  ...table('calls and texts', [
    [
      'arguments again, written otherwise',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '' } }),
        toolCalls({ index: 0, function: { arguments: '{"p":' } }),
        toolCalls({ index: 0, function: { arguments: '1}' } }),
        toolCalls({ index: 0, function: { arguments: '{ "p": 1 }' } }),
      ),
      { toolCalls: [P('a', 'f')] },
    ],
    [
      'arguments again, with the same id and name',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":1}' } }),
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{ "p": 1 }' } }),
      ),
      { toolCalls: [P('a', 'f')] },
    ],
    [
      "Gemini's arguments in the chunk behind the name",
      data(
        { candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: {} } }] } }] },
        { candidates: [{ content: { parts: [{ functionCall: { args: { p: 1 } } }] } }] },
        { candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: { p: 1 } } }] } }] },
        { candidates: [{ content: { parts: [{ functionCall: { args: {} } }] } }] },
      ),
      { toolCalls: [P('', 'f'), P('', 'f')] },
    ],
    [
      'text and a call at the start of an Anthropic message',
      responses(
        {
          type: 'message_start',
          message: {
            id: 'm',
            content: [
              { type: 'text', text: 'Hi' },
              { type: 'tool_use', id: 'a', name: 'f', input: { p: 1 } },
            ],
          },
        },
        { type: 'message_stop' },
      ),
      { text: 'Hi', id: 'm', toolCalls: [P('a', 'f')] },
    ],
    [
      "HyperCLOVA X's result",
      event('token', { message: { role: 'assistant', content: 'H' } }) +
        event('token', { message: { role: 'assistant', content: 'i' } }) +
        event('result', { message: { role: 'assistant', content: 'Hi' }, stopReason: 'stop' }) +
        event('signal', { data: '[DONE]' }),
      HI_TEXT,
    ],
    [
      "HyperCLOVA X's result alone",
      event('result', { message: { role: 'assistant', content: 'Hi' } }),
      HI_TEXT,
    ],
    [
      'reasoning as `thinking`',
      data(chunk({ thinking: 'h' }), chunk({ thinking: 'm', content: '' }), HI_CHUNK),
      { text: 'Hi', reasoning: 'hm' },
    ],
  ]),
  ...table('more errors', [
    ['a number', data(HI_CHUNK, { error: 1, msg: 'no' }), { fails: 'upstream', says: ': no' }],
    ['zero is none', data({ error: 0, ...HI_CHUNK }, '[DONE]'), HI_TEXT],
    ['in capitals', data(HI_CHUNK) + event('ERROR', 'no'), { fails: 'upstream', says: ': no' }],
    [
      'a type in capitals',
      data(HI_CHUNK, { type: 'Error', message: 'no' }),
      { fails: 'upstream', says: ': no' },
    ],
  ]),
  ...table('more figures', [
    [
      "the AI SDK's of version 4",
      data(
        { type: 'text-delta', delta: 'Hi' },
        {
          type: 'finish',
          messageMetadata: { usage: { promptTokens: 3, completionTokens: 1 } },
        },
      ),
      { inputTokens: 3, outputTokens: 1 },
    ],
    [
      'no tokens of the prompt',
      data(HI_CHUNK, { usage: { prompt_tokens: 0, completion_tokens: 1 } }),
      { inputTokens: 0, outputTokens: 1 },
    ],
    [
      "reasoning beside Responses' output",
      responses(
        { type: 'response.output_text.delta', delta: 'Hi' },
        {
          type: 'response.completed',
          response: {
            usage: {
              input_tokens: 32,
              output_tokens: 9,
              total_tokens: 135,
              output_tokens_details: { reasoning_tokens: 94 },
            },
          },
        },
      ),
      { inputTokens: 32, outputTokens: 103 },
    ],
  ]),
  ...table('names alone', [
    [
      'before events of a stranger',
      data({ type: 'start', messageId: 'm' }, { type: 'chunk', value: 'Hi' }),
      { fails: 'unknown-format', says: 'start' },
    ],
    [
      'before events of a stranger and [DONE]',
      data({ type: 'start', messageId: 'm' }, { type: 'chunk', value: 'Hi' }, '[DONE]'),
      { fails: 'unknown-format' },
    ],
    [
      'before events of a stranger, by name',
      data(chunk({ role: 'assistant', content: '' }), chunk({ value: 'Hi' }), '[DONE]'),
      { fails: 'unknown-format' },
      'openai-chat',
    ],
    [
      'before a workflow of a stranger',
      data({ event: 'workflow_started' }, { event: 'token', data: 'Hi' }),
      { fails: 'unknown-format' },
    ],
    ['of the AI SDK before another format', data({ type: 'start', messageId: 'm' }) + HI, HI_TEXT],
    ['a step before another format', data({ type: 'start-step' }) + HI, HI_TEXT],
    ['an empty response before another format', data({ response: '' }) + HI, HI_TEXT],
    ['an empty message before another format', data({ message: { content: '' } }) + HI, HI_TEXT],
    ['an empty content before another format', data({ content: '' }) + HI, HI_TEXT],
    [
      'behind an unknown event, of an empty answer',
      data({ status: 'queued' }, chunk({ role: 'assistant' }), { type: 'ping' }, '[DONE]'),
      { text: '' },
    ],
    [
      'an unknown event in an empty answer that says why',
      data({ type: 'RUN_STARTED' }, { type: 'STEP_STARTED' }, { type: 'RUN_FINISHED' }),
      { text: '', finishReason: 'stop' },
    ],
    [
      "an empty answer of Ollama's without counts",
      data({ model: 'm', response: '', done: true, done_reason: 'load' }),
      { text: '', finishReason: 'load', model: 'm' },
    ],
  ]),
  ...table('more dialects', [
    [
      "AG-UI's messages at the end alone",
      data(
        { type: 'RUN_STARTED', runId: 'r' },
        {
          type: 'MESSAGES_SNAPSHOT',
          messages: [
            { id: '1', role: 'user', content: 'Q' },
            {
              id: '2',
              role: 'assistant',
              content: 'Hi',
              toolCalls: [{ id: 'a', function: { name: 'f', arguments: '{"p":1}' } }],
            },
          ],
        },
        { type: 'RUN_FINISHED' },
      ),
      { text: 'Hi', toolCalls: [P('a', 'f')], finishReason: 'stop' },
    ],
    [
      "AG-UI's messages behind the text",
      data(
        { type: 'TEXT_MESSAGE_CONTENT', messageId: '2', delta: 'Hi' },
        { type: 'MESSAGES_SNAPSHOT', messages: [{ id: '2', role: 'assistant', content: 'Hi' }] },
        { type: 'RUN_FINISHED' },
      ),
      HI_TEXT,
    ],
    [
      "AG-UI's messages up to the question",
      data(
        {
          type: 'MESSAGES_SNAPSHOT',
          messages: [
            { role: 'assistant', content: 'Old' },
            { role: 'user', content: 'Q' },
          ],
        },
        { type: 'TEXT_MESSAGE_CONTENT', messageId: '2', delta: 'Hi' },
        { type: 'RUN_FINISHED' },
      ),
      HI_TEXT,
    ],
    [
      "a workflow's output under its own name",
      data(
        { event: 'workflow_started', data: {} },
        { event: 'workflow_finished', data: { status: 'succeeded', outputs: { result: 'Hi' } } },
      ),
      { text: 'Hi', finishReason: 'succeeded' },
    ],
    [
      'an error with a status of HTTP, behind text',
      data(HI_CHUNK, { status: 500, title: 'Internal Server Error', detail: 'no' }),
      { fails: 'upstream', says: 'no' },
    ],
    ['a status of success', data({ ...HI_CHUNK, status: 200, message: 'OK' }), HI_TEXT],
    [
      'an exception, behind text',
      data(HI_CHUNK) + event('modelStreamErrorException', { message: 'no' }),
      { fails: 'upstream', says: 'no' },
    ],
  ]),
  ...table(
    'errors behind text',
    [
      { message: 'no', type: 'server_error', param: null, code: null },
      { status: 'failure', message: 'no' },
      { status: 'FAILED', msg: 'no' },
      { type: 'response.error', code: 'server_error', message: 'no' },
      { type: 'response.error', message: 'no' },
      { errorCode: 'X', errorMessage: 'no' },
      { error_code: 4001, error_message: 'no' },
      { errorCode: 4001, errorMsg: 'no' },
      { errorType: 'Sandbox.Timedout', errorMessage: 'no' },
      { code: 0, data: { status: 'failed', message: 'no' } },
    ].map((json): Row => {
      const body = data(HI_CHUNK, json, '[DONE]')
      return [JSON.stringify(json), body, { fails: 'upstream', says: ': no' }]
    }),
  ),
  ...table('errors behind text', [
    [
      'the type says that it may pass',
      data(HI_CHUNK, { message: 'no', type: 'server_error', param: null, code: null }),
      { fails: 'upstream', says: 'server_error: no' },
    ],
  ]),
  ...table(
    'no errors',
    [
      { code: 10000, message: 'success', data: HI_CHUNK },
      { code: 1, msg: 'Success', data: HI_CHUNK },
      { success: true, code: 10000, message: 'done', data: HI_CHUNK },
      { status: 'running', message: 'go on', data: HI_CHUNK },
      { ...HI_CHUNK, param: null },
      { ...HI_CHUNK, base_resp: null },
      { ...HI_CHUNK, base_resp: 'ok' },
    ].map((json): Row => [JSON.stringify(json).slice(0, 40), data(json, '[DONE]'), HI_TEXT]),
  ),
  ...table('wrapped', [
    ['in a list', data({ data: [HI_CHUNK] }), HI_TEXT],
    ['as JSON text', data({ code: 0, data: JSON.stringify(HI_CHUNK) }, '[DONE]'), HI_TEXT],
    ['as text that is no JSON', data({ code: 0, data: 'Hi' }), { fails: 'unknown-format' }],
    ['as a number', data({ code: 0, data: 42 }), { fails: 'unknown-format' }],
  ]),
  ...table('text as JSON', [
    ['with line breaks', data('"Hello"', '" wor\\nld"', '"!"'), { text: 'Hello wor\nld!' }],
    ['and its end', data('"Hello"', '" world"', '[DONE]', '"late"'), { text: 'Hello world' }],
    ['a short one first', data('"OK"', '" then"'), { text: 'OK then' }],
    ['an empty one', data('"Hel"', '""', '"lo"'), { text: 'Hello' }],
    ['behind a heartbeat', data('ping', '"Hel"', '"lo"'), { text: 'pingHello' }],
    ['something else in between', data('"Hel"', 'lo'), { text: 'Hello' }],
    ['quotes in plain text', data('He said', ' "Hi"'), { text: 'He said "Hi"' }],
    ['quotes as words of their own', data('"', 'Hi', '"'), { text: '"Hi"' }],
    ['of an event that is not ours', event('text', '"Hi"'), { fails: 'unknown-format' }],
  ]),
  ...table('other spellings', [
    [
      "KoboldCpp's finish reason",
      data(
        chunk({ content: 'H' }, { finish_reason: 'null' }),
        chunk({ content: 'i' }, { finish_reason: 'null' }),
      ),
      { text: 'Hi', finishReason: undefined },
    ],
    [
      "KoboldCpp's, up to the end",
      data(
        chunk({ content: 'Hi' }, { finish_reason: 'null' }),
        chunk({}, { finish_reason: 'stop' }),
      ),
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      "Gemini's finish reason in OpenAI's dress",
      data(chunk({ content: 'Hi' }, { finish_reason: null, finishReason: 'stop' })),
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      'capitals within names',
      data(
        chunk({ reasoningContent: 'hm' }),
        HI_CHUNK,
        chunk({
          toolCalls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":1}' } }],
        }),
        chunk({}, { finishReason: 'tool_calls' }),
      ),
      { text: 'Hi', reasoning: 'hm', toolCalls: [P('a', 'f')], finishReason: 'tool_calls' },
    ],
    ...[
      { reasoning: { summary: 'hm' } },
      { reasoning: { text: 'hm' } },
      { reasoning: ['h', 'm'] },
      { reasoning_content: [{ type: 'text', text: 'hm' }] },
    ].map((delta): Row => {
      return [JSON.stringify(delta), data(chunk(delta), HI_CHUNK), { ...HI_TEXT, reasoning: 'hm' }]
    }),
    [
      "a thought of Gemini's Interactions that is a text",
      data(
        { event_type: 'step.delta', delta: { type: 'thought_summary', text: 'hm' } },
        { event_type: 'step.delta', delta: { type: 'text', text: 'Hi' } },
      ),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      "a response's text beside its output",
      JSON.stringify({ ...RESPONSE('completed'), output_text: 'Hi' }),
      { text: 'Hi', finishReason: 'completed' },
    ],
    [
      "a response's text beside its output, at the end",
      responses(
        { type: 'response.created', response: { id: 'r' } },
        { type: 'response.completed', response: { ...RESPONSE('completed'), output_text: 'Hi' } },
      ),
      { text: 'Hi', finishReason: 'completed' },
    ],
    [
      'arguments of the AI SDK 4',
      data({ type: 'tool-call', toolCallId: 'a', toolName: 'f', args: { p: 1 } }),
      { toolCalls: [P('a', 'f')] },
    ],
    [
      'figures of the AI SDK itself',
      data(
        { type: 'text-delta', id: '0', text: 'Hi' },
        {
          type: 'finish',
          finishReason: 'stop',
          totalUsage: { inputTokens: 3, outputTokens: 1 },
        },
      ),
      { text: 'Hi', inputTokens: 3, outputTokens: 1 },
    ],
    ['no figures at all', data({ ...HI_CHUNK, usage: {} }, '[DONE]'), { usage: undefined }],
    [
      'no figures at all beside an unknown text',
      data({ choices: [{ delta: { value: 'Hi' } }], usage: {} }, '[DONE]'),
      { fails: 'unknown-format' },
    ],
    [
      'choices that are no list',
      data({ choices: { 0: { delta: { content: 'Hi' } } } }, '[DONE]'),
      { fails: 'unknown-format' },
    ],
  ]),
  ...table('more messages and calls', [
    [
      "Coze's, only when they are done",
      event('conversation.message.completed', { id: '1', type: 'answer', content: 'One. ' }) +
        event('conversation.message.completed', { id: '2', type: 'answer', content: 'Two.' }) +
        event('conversation.chat.completed', { status: 'completed' }),
      { text: 'One. Two.' },
    ],
    [
      "Coze's, in deltas and when they are done",
      event('conversation.message.delta', { id: '1', type: 'answer', content: 'One. ' }) +
        event('conversation.message.completed', { id: '1', type: 'answer', content: 'One. ' }) +
        event('conversation.message.delta', { id: '2', type: 'answer', content: 'Two.' }) +
        event('conversation.message.completed', { id: '2', type: 'answer', content: 'Two.' }),
      { text: 'One. Two.' },
    ],
    [
      "Gemini's arguments, value by value",
      gemini(
        { name: 'f', id: 'a' },
        { partialArgs: [{ jsonPath: '$.p', numberValue: 1 }] },
        {},
        { name: 'g', partialArgs: [{ jsonPath: '$.to', stringValue: 'a \n' }] },
        { partialArgs: [{ jsonPath: '$.to', stringValue: '"b"' }] },
        {
          partialArgs: [
            { jsonPath: "$['list'][0].is", boolValue: false },
            { jsonPath: '$.list[4294967294]', stringValue: '' },
            { jsonPath: '$.list[9].x.y', numberValue: 2.5 },
            { jsonPath: '$.__proto__.x', nullValue: 'NULL_VALUE' },
            { jsonPath: '$.a b\\\t', numberValue: 0 },
          ],
        },
        {},
      ),
      {
        toolCalls: [
          P('a', 'f'),
          {
            id: '',
            name: 'g',
            arguments:
              '{"to":"a \\n\\"b\\"","list":[{"is":false},"",{"x":{"y":2.5}}],"__proto__":{"x":null},"a b\\\\\\t":0}',
          },
        ],
      },
    ],
    [
      'an index at the start alone',
      responses(
        ...['a', 'b'].map((id, index) => ({
          type: 'response.output_item.added',
          output_index: index,
          item: { type: 'function_call', id: `item ${id}`, call_id: id, name: 'f', arguments: '' },
        })),
        ...['a', 'b'].map((id) => ({
          type: 'response.function_call_arguments.delta',
          item_id: `item ${id}`,
          delta: '{"p":1}',
        })),
      ),
      { toolCalls: [P('a', 'f'), P('b', 'f')] },
    ],
    [
      'arguments that are encoded twice',
      data(toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '"{\\"p\\":1}"' } })),
      { toolCalls: [P('a', 'f')] },
    ],
    [
      "LiteLLM's arguments again, encoded twice",
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'a', function: { arguments: ':1}' } }),
        toolCalls({ index: 0, id: 'a', function: { arguments: '"{\\"p\\":1}"' } }),
      ),
      { toolCalls: [P('a', 'f')] },
    ],
    [
      'a value that looks so',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":' } }),
        toolCalls({ index: 0, function: { arguments: '"{\\"q\\":1}"' } }),
        toolCalls({ index: 0, function: { arguments: '}' } }),
      ),
      { toolCalls: [{ id: 'a', name: 'f', arguments: '{"p":"{\\"q\\":1}"}' }] },
    ],
  ]),
]
