import type { StreamCase } from '../../real-streams.test.js'
import { table, event, data, TEXT } from '../pieces.js'
import { HI, chunk } from './pieces.js'

export const HEARTBEATS: StreamCase[] = [
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
    ['of the AI SDK before another format', data({ type: 'start', messageId: 'm' }) + HI, TEXT],
    ['a step before another format', data({ type: 'start-step' }) + HI, TEXT],
    ['an empty response before another format', data({ response: '' }) + HI, TEXT],
    ['an empty message before another format', data({ message: { content: '' } }) + HI, TEXT],
    ['an empty content before another format', data({ content: '' }) + HI, TEXT],
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
]
