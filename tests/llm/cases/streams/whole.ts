import type { StreamCase } from '../../real-streams.test.js'
import { table, data, TEXT, typed } from '../pieces.js'
import { chunk, calls, GEMINI, item } from './pieces.js'

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

export const WHOLE: StreamCase[] = [
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
]
