import type { StreamCase } from '../../real-streams.test.js'
import { table, data, event, TEXT } from '../pieces.js'
import { chunk, HI } from './pieces.js'

export const ERRORS: StreamCase[] = [
  ...table('errors', [
    [
      'an object',
      data({ error: { message: 'no', type: 't' } }),
      { fails: 'upstream', says: 't: no' },
    ],
    ['a text', data({ error: 'no' }), { fails: 'upstream', says: 'no' }],
    [
      'behind text',
      data(chunk({ content: 'Hi' }), { error: { message: 'no' } }),
      { fails: 'upstream' },
    ],
    [
      "vLLM's, behind text",
      data(chunk({ content: 'Hi' }), {
        object: 'error',
        message: 'no',
        type: 'BadRequestError',
        code: 400,
      }),
      { fails: 'upstream', says: 'BadRequestError: no' },
    ],
    ['event: error with text', event('error', 'no'), { fails: 'upstream', says: 'no' }],
    [
      'event: error with JSON',
      event('error', { message: 'no' }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      'type: error',
      data({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
      { fails: 'upstream', says: 'overloaded_error: Overloaded' },
    ],
    [
      'code and message',
      data({ code: 'InvalidParameter', message: 'no' }),
      { fails: 'upstream', says: 'InvalidParameter: no' },
    ],
    [
      'code and msg, behind text',
      data(chunk({ content: 'Hi' }), { code: 500, msg: 'no' }),
      { fails: 'upstream', says: '500: no' },
    ],
    ['detail', data({ detail: 'no' }), { fails: 'upstream', says: 'no' }],
    [
      "Cloudflare's",
      data({ success: false, errors: [{ code: 7000, message: 'no route' }] }),
      { fails: 'upstream', says: '7000: no route' },
    ],
    [
      "a choice's",
      data({ choices: [{ error: { code: 502, message: 'no' }, delta: {} }] }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      "OpenRouter's reason",
      data(chunk({ content: '' }, { finish_reason: 'error' })),
      { fails: 'upstream' },
    ],
    [
      "OpenRouter's error",
      data({
        error: { code: 'server_error', message: 'Provider disconnected' },
        choices: [{ delta: { content: '' }, finish_reason: 'error' }],
      }),
      { fails: 'upstream', says: 'Provider disconnected' },
    ],
    [
      "the AI SDK's",
      data({ type: 'start', messageId: 'm' }, { type: 'error', errorText: 'no' }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      "AG-UI's",
      data({ type: 'RUN_STARTED' }, { type: 'RUN_ERROR', message: 'no', code: 'c' }),
      { fails: 'upstream', says: 'c: no' },
    ],
    [
      "AG-UI's, first, by name",
      data({ type: 'RUN_ERROR', message: 'no' }),
      { fails: 'upstream' },
      'ag-ui',
    ],
    [
      "Dify's",
      data(
        { event: 'message', answer: 'Hi' },
        { event: 'error', status: 400, code: 'quota', message: 'no' },
      ),
      { fails: 'upstream', says: 'quota: no' },
    ],
    [
      "Dify's workflow's",
      data(
        { event: 'workflow_started' },
        { event: 'workflow_finished', data: { status: 'failed', error: 'no' } },
      ),
      { fails: 'upstream', says: 'no' },
    ],
    ["Coze's", event('error', { code: 4000, msg: 'no' }), { fails: 'upstream', says: '4000: no' }],
    [
      "Coze's chat's",
      event('conversation.chat.failed', { last_error: { code: 5000, msg: 'no' } }),
      { fails: 'upstream', says: '5000: no' },
    ],
    [
      "Gemini's, in a list",
      data([{ error: { code: 503, message: 'no', status: 'UNAVAILABLE' } }]),
      { fails: 'upstream', says: 'UNAVAILABLE: no' },
    ],
    [
      "Interactions'",
      data({ event_type: 'error', error: { code: 'c', message: 'no' } }),
      { fails: 'upstream', says: 'no' },
    ],
    [
      'none: null and empty',
      data({ error: null, ...chunk({ content: 'H' }) }, { error: {}, ...chunk({ content: 'i' }) }),
      TEXT,
    ],
    ['none: a code of success', data({ code: 0, msg: 'ok' }) + HI, TEXT],
  ]),
]
