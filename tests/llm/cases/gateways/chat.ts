import type { StreamCase } from '../../real-streams.test.js'
import { table, data, event, TEXT, type Row } from '../pieces.js'
import { chunk, HI, P, HI_CHUNK } from './pieces.js'

export const CHAT: StreamCase[] = [
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
      TEXT,
    ],
    ['a message that is text', JSON.stringify({ choices: [{ message: 'Hi' }] }), TEXT],
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
      'the transcript of speech',
      data(
        chunk({ role: 'assistant', audio: { id: 'a', transcript: 'H' } }),
        chunk({ content: null, audio: { id: 'a', transcript: 'i' } }),
        chunk({ audio: { data: 'AAAA' } }),
        chunk({ audio: { expires_at: 1 } }),
        chunk({}, { finish_reason: 'stop' }),
        '[DONE]',
      ),
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      'the transcript of a whole answer',
      data({
        object: 'chat.completion',
        choices: [{ message: { content: null, audio: { data: 'AAAA', transcript: 'Hi' } } }],
      }),
      TEXT,
    ],
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
]
