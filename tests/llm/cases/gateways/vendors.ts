import type { StreamCase } from '../../real-streams.test.js'
import { table, event, data } from '../pieces.js'
import { chunk } from './pieces.js'

export const VENDORS: StreamCase[] = [
  ...table('formats', [
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
]
