import type { StreamCase } from '../../real-streams.test.js'
import { table, data, typed, TEXT, event, type Row } from '../pieces.js'
import { chunk, HI_CHUNK, P, RESPONSE } from './pieces.js'

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

export const TEXTS: StreamCase[] = [
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
      typed(
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
  ...table('wrapped', [
    ['in a list', data({ data: [HI_CHUNK] }), TEXT],
    ['as JSON text', data({ code: 0, data: JSON.stringify(HI_CHUNK) }, '[DONE]'), TEXT],
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
      return [JSON.stringify(delta), data(chunk(delta), HI_CHUNK), { ...TEXT, reasoning: 'hm' }]
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
      typed(
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
]
