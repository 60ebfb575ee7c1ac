import type { StreamCase } from '../../real-streams.test.js'
import { table, data, event } from '../pieces.js'
import { HI, chunk } from './pieces.js'

export const SHAPES: StreamCase[] = [
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
]
