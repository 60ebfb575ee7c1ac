import type { StreamCase } from '../../real-streams.test.js'
import { table, typed, data } from '../pieces.js'
import { chunk, GEMINI } from './pieces.js'

export const USAGE: StreamCase[] = [
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
]
