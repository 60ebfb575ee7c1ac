import type { StreamCase } from '../../real-streams.test.js'
import { table, data, event, TEXT, type Row } from '../pieces.js'
import { chunk, HI_CHUNK } from './pieces.js'

const QUOTA = {
  message: 'too many tokens',
  type: 'too_many_tokens_error',
  param: 'quota',
  code: 'token_quota_exceeded',
}

export const ERRORS: StreamCase[] = [
  ...table(
    'errors behind text',
    [
      { throttlingException: { message: 'Too many' } },
      { modelStreamErrorException: { message: 'Too many', originalStatusCode: 429 } },
      { __type: 'ThrottlingException', message: 'Too many' },
      { type: 'about:blank', title: 'Too many', status: 429 },
      { type: 'https://api.example/errors/quota', status: 429, detail: 'Too many' },
    ].map((error): Row => [
      JSON.stringify(error),
      data(HI_CHUNK, error, '[DONE]'),
      { fails: 'upstream', says: 'Too many' },
    ]),
  ),
  ...table('errors', [
    [
      'vertex list that begins with text',
      JSON.stringify([
        { candidates: [{ content: { parts: [{ text: 'Hi' }] } }] },
        { error: { code: 503, message: 'busy', status: 'UNAVAILABLE' } },
      ]),
      { fails: 'upstream', says: 'busy' },
    ],
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
  ...table('more errors', [
    ['a number', data(HI_CHUNK, { error: 1, msg: 'no' }), { fails: 'upstream', says: ': no' }],
    ['zero is none', data({ error: 0, ...HI_CHUNK }, '[DONE]'), TEXT],
    ['in capitals', data(HI_CHUNK) + event('ERROR', 'no'), { fails: 'upstream', says: ': no' }],
    [
      'a type in capitals',
      data(HI_CHUNK, { type: 'Error', message: 'no' }),
      { fails: 'upstream', says: ': no' },
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
    ].map((json): Row => [JSON.stringify(json).slice(0, 40), data(json, '[DONE]'), TEXT]),
  ),
]
