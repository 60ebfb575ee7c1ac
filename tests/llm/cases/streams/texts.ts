import type { AnswerFormat } from 'sluicegate/llm'
import type { StreamCase } from '../../real-streams.test.js'
import { table, type Expect, TEXT, data, typed, event } from '../pieces.js'
import { HI, GEMINI, chunk } from './pieces.js'

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

export const TEXTS: StreamCase[] = [
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
    ['that begins like JSON, within a name', data('{"', 'a": 1', '}'), { text: '{"a": 1}' }],
    ['that begins like a list', data('[', '"a"', ']'), { text: '["a"]' }],
    [
      'that begins like JSON behind its first word',
      data('See: ', '{"a": 1,', ' "b": 2}', '[{"c": 3},', "{'d': 4}"),
      { text: 'See: {"a": 1, "b": 2}[{"c": 3},{\'d\': 4}' },
    ],
    ['that begins with a citation', data('[1]', ' A'), { text: '[1] A' }],
    ['not Latin', data('你好', ',世界'), { text: '你好,世界' }],
    ['an emoji', data('🙂'), { text: '🙂' }],
    ['Markdown', data('**', 'Hi', '**'), { text: '**Hi**' }],
  ]),
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
