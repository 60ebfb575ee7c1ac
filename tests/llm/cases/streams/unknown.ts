import type { StreamCase } from '../../real-streams.test.js'
import { table, data, event, typed } from '../pieces.js'
import { HI, chunk } from './pieces.js'

const lines = (value: unknown) => data(...JSON.stringify(value, undefined, 2).split('\n'))

export const UNKNOWN: StreamCase[] = [
  ...table('not understood', [
    ["a stranger's JSON", data({ foo: 1 }, { foo: 2 }), { fails: 'unknown-format', says: 'foo' }],
    [
      "a stranger's JSON and [DONE]",
      data({ status: 'ok' }, '[DONE]'),
      { fails: 'unknown-format', says: 'status' },
    ],
    [
      "a stranger's start and finish",
      data({ type: 'start' }, { type: 'token', token: 'a' }, { type: 'finish' }),
      { fails: 'unknown-format' },
    ],
    [
      "a stranger's named events",
      event('token', 'Hi') + event('token', '!'),
      { fails: 'unknown-format' },
    ],
    ['another format than the one given', HI, { fails: 'unknown-format' }, 'gemini'],
    [
      'JSON, each of its lines an event',
      lines({ foo: 'bar', baz: [{ type: 'x' }] }),
      { fails: 'unknown-format' },
    ],
    [
      'a list of JSON, each of its lines an event',
      lines([{ foo: 'bar' }]) + data('[DONE]'),
      { fails: 'unknown-format' },
    ],
    [
      'JSON of which the first line is framed',
      'data: {\n  "foo": 1\n}\n\n',
      { fails: 'unknown-format' },
    ],
    [
      "Python's notation",
      data("{'choices': [{'delta': {'content': 'Hi'}}]}"),
      { fails: 'parse-json' },
    ],
    [
      'no call',
      data({ tool_calls: [], answer: 'Hi' }, '[DONE]'),
      { fails: 'unknown-format', says: 'Hi' },
    ],
    ['nothing', '', { fails: 'unknown-format', says: 'No data was received' }],
    ['comments', ': ok\n\n: ok\n\n', { fails: 'unknown-format', says: ': ok' }],
    [
      'NDJSON',
      '{"response":"a","done":false}\n{"response":"b","done":true}\n',
      { fails: 'unknown-format', says: 'response' },
    ],
    ['HTML', '<html><body>Bad gateway</body></html>', { fails: 'unknown-format', says: '<html>' }],
    ['unframed text', 'Hello world\n', { fails: 'unknown-format', says: 'Hello' }],
    [
      'an unframed error',
      '{"error":{"message":"no such model"}}',
      { fails: 'unknown-format', says: 'no such model' },
    ],
    [
      'an unframed error as text',
      '{"error":"model \'x\' not found"}\n\n',
      { fails: 'unknown-format', says: "model 'x' not found" },
    ],
    [
      'an unframed error on lines',
      '{\n  "error": {\n    "message": "quota"\n  }\n}\n',
      { fails: 'unknown-format', says: 'quota' },
    ],
    [
      'an unframed list of an error',
      '[{\n"error": {"code": 400, "message": "bad key"}\n}\n]',
      { fails: 'unknown-format', says: 'bad key' },
    ],
    [
      'an unframed error of FastAPI',
      '{"detail":"Not Found"}',
      { fails: 'unknown-format', says: 'Not Found' },
    ],
    ['unframed JSON of a stranger', '{"foo":1}', { fails: 'unknown-format', says: 'foo' }],
    [
      'an AI SDK data stream of version 4',
      '0:"Hello"\nd:{"finishReason":"stop"}\n',
      { fails: 'unknown-format' },
    ],
    [
      'an empty answer is none',
      data(chunk({ role: 'assistant' }), chunk({}, { finish_reason: 'stop' }), '[DONE]'),
      { text: '', finishReason: 'stop' },
    ],
    [
      'an empty answer without a reason is none',
      data(chunk({ role: 'assistant', content: '' }), '[DONE]'),
      { text: '' },
    ],
    [
      'an empty message of Anthropic',
      typed(
        { type: 'message_start', message: { id: 'm' } } as never,
        { type: 'message_delta', delta: { stop_reason: 'end_turn' } } as never,
        { type: 'message_stop' },
      ),
      { text: '', finishReason: 'end_turn' },
    ],
    [
      'an end alone, of a format by name',
      data({ type: 'finish' }, '[DONE]'),
      { text: '' },
      'ai-sdk',
    ],
    ['an end alone, of no format', data({ done: true }), { fails: 'unknown-format' }],
    ['a truncated JSON at the start', 'data: {"choices":[{"del\n\n', { fails: 'parse-json' }],
  ]),
]
