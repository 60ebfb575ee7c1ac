import type { StreamCase } from '../../real-streams.test.js'
import { table, typed, event, data, TEXT, type Row } from '../pieces.js'
import { RESPONSE, chunk } from './pieces.js'

const message = (text: string) => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
})

const MESSAGE = message('Hi')

export const RESPONSES: StreamCase[] = [
  ...table('responses', [
    ...['audio.transcript', 'audio_transcript', 'output_audio_transcript'].map((name): Row => [
      `response.${name}.delta`,
      typed(
        { type: `response.${name}.delta`, delta: 'H' },
        { type: `response.${name}.delta`, delta: 'i' },
        { type: 'response.completed', response: RESPONSE('completed') },
      ),
      { text: 'Hi', finishReason: 'completed' },
    ]),
    [
      'the transcript of a whole answer',
      typed({
        type: 'response.completed',
        response: {
          ...RESPONSE('completed'),
          output: [{ type: 'message', content: [{ type: 'output_audio', transcript: 'Hi' }] }],
        },
      }),
      { text: 'Hi', finishReason: 'completed' },
    ],
    [
      'a message only when it is done',
      typed(
        { type: 'response.created', response: { id: 'r' } },
        { type: 'response.output_item.done', output_index: 0, item: MESSAGE },
        { type: 'response.completed', response: { id: 'r', status: 'completed', output: [] } },
      ),
      { text: 'Hi', finishReason: 'completed' },
    ],
    [
      'a message in deltas, and when it is done',
      typed(
        { type: 'response.output_text.delta', delta: 'H' },
        { type: 'response.output_text.delta', delta: 'i' },
        { type: 'response.output_text.done', text: 'Hi' },
        { type: 'response.content_part.done', part: MESSAGE.content[0] },
        { type: 'response.output_item.done', output_index: 0, item: MESSAGE },
        { type: 'response.completed', response: { status: 'completed', output: [MESSAGE] } },
      ),
      { text: 'Hi' },
    ],
    [
      'a part only when it is done',
      typed(
        { type: 'response.created', response: { id: 'r' } },
        { type: 'response.content_part.done', part: MESSAGE.content[0] },
        { type: 'response.completed', response: { id: 'r', status: 'completed' } },
      ),
      { text: 'Hi', finishReason: 'completed' },
    ],
    [
      'reasoning only when it is done',
      typed(
        { type: 'response.reasoning_summary_text.done', summary_index: 0, text: 'hm' },
        { type: 'response.output_text.delta', delta: 'Hi' },
        { type: 'response.completed', response: { status: 'completed', output: [] } },
      ),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'the response itself as data',
      event('response.created', RESPONSE('in_progress')) +
        event('response.in_progress', RESPONSE('in_progress')) +
        event('response.output_text.delta', { delta: 'Hi' }) +
        event('response.completed', RESPONSE('completed')),
      { text: 'Hi', finishReason: 'completed', id: 'r' },
    ],
    [
      'the failed response itself as data',
      event('response.created', RESPONSE('in_progress')) +
        event('response.failed', { ...RESPONSE('failed'), error: { message: 'no' } }),
      { fails: 'upstream', says: ': no' },
    ],
  ]),
  ...table("Responses' other names", [
    [
      "Open Responses' reasoning",
      typed(
        { type: 'response.reasoning.delta', delta: 'h' },
        { type: 'response.reasoning.delta', delta: 'm' },
        { type: 'response.reasoning.done', text: 'hm' },
        { type: 'response.output_text.delta', delta: 'Hi' },
        { type: 'response.completed', response: { status: 'completed' } },
      ),
      { text: 'Hi', reasoning: 'hm', finishReason: 'completed' },
    ],
    [
      "OpenRouter's deltas and end",
      data(
        { type: 'response.created', response: { id: 'r', status: 'in_progress' } },
        { type: 'response.content_part.delta', output_index: 0, content_index: 0, delta: 'H' },
        { type: 'response.content_part.delta', output_index: 0, content_index: 0, delta: 'i' },
        { type: 'response.output_item.done', output_index: 0, item: MESSAGE },
        {
          type: 'response.done',
          response: { id: 'r', status: 'completed', usage: { input_tokens: 3, output_tokens: 1 } },
        },
        { type: 'response.output_text.delta', delta: 'late' },
      ),
      { text: 'Hi', id: 'r', finishReason: 'completed', inputTokens: 3, outputTokens: 1 },
    ],
    [
      'deltas that are parts',
      data({ type: 'response.content_part.delta', delta: { type: 'output_text', text: 'Hi' } }),
      TEXT,
    ],
    [
      'a failed end',
      data(
        { type: 'response.output_text.delta', delta: 'Hi' },
        { type: 'response.done', response: { status: 'failed', error: { message: 'no' } } },
      ),
      { fails: 'upstream', says: ': no' },
    ],
    [
      'a refusal only when it is done',
      typed(
        { type: 'response.created', response: { id: 'r' } },
        { type: 'response.refusal.done', refusal: 'No.' },
        { type: 'response.completed', response: { status: 'completed', output: [] } },
      ),
      { text: '', refusal: 'No.', finishReason: 'completed' },
    ],
    [
      'a refusal in deltas, and when it is done',
      typed(
        { type: 'response.refusal.delta', delta: 'N' },
        { type: 'response.refusal.delta', delta: 'o.' },
        { type: 'response.refusal.done', refusal: 'No.' },
        { type: 'response.content_part.done', part: { type: 'refusal', refusal: 'No.' } },
      ),
      { refusal: 'No.' },
    ],
    [
      'a reasoning item only when it is done',
      typed(
        { type: 'response.created', response: { id: 'r' } },
        {
          type: 'response.output_item.done',
          output_index: 0,
          item: { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
        },
        { type: 'response.output_item.done', output_index: 1, item: MESSAGE },
        { type: 'response.completed', response: { status: 'completed', output: [] } },
      ),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'a whole response whose reasoning has no summary',
      JSON.stringify({
        ...RESPONSE('completed'),
        output: [
          {
            type: 'reasoning',
            summary: [],
            content: [{ type: 'reasoning_text', text: 'hm' }],
          },
          MESSAGE,
        ],
      }),
      { text: 'Hi', reasoning: 'hm' },
    ],
  ]),
  ...table('items when they are done', [
    [
      'two messages',
      typed(
        { type: 'response.created', response: { id: 'r' } },
        { type: 'response.output_item.done', output_index: 0, item: message('One. ') },
        { type: 'response.output_item.done', output_index: 2, item: message('Two.') },
        {
          type: 'response.completed',
          response: { status: 'completed', output: [message('One. '), message('Two.')] },
        },
      ),
      { text: 'One. Two.', finishReason: 'completed' },
    ],
    [
      'one in deltas, one without',
      typed(
        { type: 'response.output_text.delta', output_index: 0, delta: 'On' },
        { type: 'response.output_text.delta', output_index: 0, delta: 'e. ' },
        { type: 'response.output_text.done', output_index: 0, text: 'One. ' },
        { type: 'response.content_part.done', output_index: 0, part: message('One. ').content[0] },
        { type: 'response.output_item.done', output_index: 0, item: message('One. ') },
        { type: 'response.output_text.done', output_index: 1, text: 'Two.' },
        { type: 'response.output_item.done', output_index: 1, item: message('Two.') },
        { type: 'response.completed', response: { status: 'completed', output: [] } },
      ),
      { text: 'One. Two.' },
    ],
    [
      'one without deltas, one in them',
      typed(
        { type: 'response.output_item.done', output_index: 0, item: message('One. ') },
        { type: 'response.output_text.delta', output_index: 1, delta: 'Two' },
        { type: 'response.output_text.delta', output_index: 1, delta: '.' },
        { type: 'response.output_item.done', output_index: 1, item: message('Two.') },
      ),
      { text: 'One. Two.' },
    ],
    [
      'in deltas, all done at the end',
      typed(
        { type: 'response.output_text.delta', output_index: 0, delta: 'One. ' },
        { type: 'response.output_text.delta', output_index: 1, delta: 'Two.' },
        { type: 'response.output_item.done', output_index: 0, item: message('One. ') },
        { type: 'response.output_item.done', output_index: 1, item: message('Two.') },
      ),
      { text: 'One. Two.' },
    ],
    [
      'the rest of one',
      typed(
        { type: 'response.output_item.done', output_index: 0, item: message('One. ') },
        { type: 'response.output_text.delta', output_index: 1, delta: 'Tw' },
        { type: 'response.output_item.done', output_index: 1, item: message('Two.') },
      ),
      { text: 'One. Two.' },
    ],
    [
      'written otherwise than in deltas',
      typed(
        { type: 'response.output_text.delta', output_index: 0, delta: 'One[1]' },
        { type: 'response.output_text.done', output_index: 0, text: 'One[1]' },
        { type: 'response.output_item.done', output_index: 0, item: message('One') },
        { type: 'response.completed', response: { output: [message('One!')] } },
      ),
      { text: 'One[1]' },
    ],
    [
      'a message that grows',
      data(
        ...['H', 'Hel', 'Hello'].map((content) => ({
          object: 'chat.completion',
          choices: [{ message: { content }, delta: { content: '' } }],
        })),
      ),
      { text: 'Hello' },
    ],
    [
      'a whole completion with the rest of the text',
      data(chunk({ content: 'Hel' }), {
        object: 'chat.completion',
        choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
      }),
      { text: 'Hello', finishReason: 'stop' },
    ],
  ]),
]
