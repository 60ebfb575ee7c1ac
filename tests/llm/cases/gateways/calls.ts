import type { StreamCase } from '../../real-streams.test.js'
import { table, data, typed, event, TEXT } from '../pieces.js'
import { P, chunk, HI_CHUNK } from './pieces.js'

const toolCalls = (...tool_calls: object[]) => chunk({ tool_calls })

const CALL = { type: 'function_call', call_id: 'a', name: 'f', arguments: '' }

const gemini = (...calls: object[]) =>
  data(
    ...calls.map((functionCall) => ({ candidates: [{ content: { parts: [{ functionCall }] } }] })),
  )

export const CALLS: StreamCase[] = [
  ...table('tool calls', [
    [
      'another id in each fragment',
      data(
        toolCalls({ index: 0, id: 'call_1', function: { name: 'f', arguments: '' } }),
        toolCalls({ index: 0, id: 'call_2', function: { arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'call_3', function: { arguments: ':1}' } }),
      ),
      { toolCalls: [P('call_1', 'f')] },
    ],
    [
      'another id and an empty name in each fragment',
      data(
        toolCalls({ index: 0, id: 'call_1', function: { name: 'f', arguments: '' } }),
        toolCalls({ index: 0, id: 'call_2', function: { name: '', arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'call_3', function: { name: null, arguments: ':1}' } }),
      ),
      { toolCalls: [P('call_1', 'f')] },
    ],
    [
      'another id in each fragment, without an index',
      data(
        toolCalls({ id: 'call_1', function: { name: 'f', arguments: '' } }),
        toolCalls({ id: 'call_2', function: { arguments: '{"p":1}' } }),
        toolCalls({ id: 'call_3', function: { name: 'g', arguments: '' } }),
        toolCalls({ id: 'call_4', function: { arguments: '{"p":1}' } }),
      ),
      { toolCalls: [P('call_1', 'f'), P('call_3', 'g')] },
    ],
    [
      'another id in each fragment, in parallel',
      data(
        toolCalls({ index: 0, id: 'call_1', function: { name: 'f', arguments: '' } }),
        toolCalls({ index: 1, id: 'call_2', function: { name: 'g', arguments: '' } }),
        toolCalls({ index: 0, id: 'call_3', function: { arguments: '{"p"' } }),
        toolCalls({ index: 1, id: 'call_4', function: { arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'call_5', function: { arguments: ':1}' } }),
        toolCalls({ index: 1, id: 'call_6', function: { arguments: ':1}' } }),
      ),
      { toolCalls: [P('call_1', 'f'), P('call_2', 'g')] },
    ],
    [
      'the id "null" in each fragment',
      data(
        toolCalls({ index: 0, id: 'call_1', function: { name: 'f', arguments: '' } }),
        toolCalls({ index: 0, id: 'null', function: { name: '', arguments: '{"p":1}' } }),
      ),
      { toolCalls: [P('call_1', 'f')] },
    ],
    [
      'no id at all but "null"',
      data(toolCalls({ index: 0, id: 'null', function: { name: 'f', arguments: '{"p":1}' } })),
      { toolCalls: [P('', 'f')] },
    ],
    [
      'two without ids, the first without arguments',
      data(
        toolCalls({ index: 0, function: { name: 'f', arguments: '{}' } }),
        toolCalls({ index: 0, function: { name: 'g', arguments: '{"p":1}' } }),
      ),
      { toolCalls: [{ id: '', name: 'f', arguments: '{}' }, P('', 'g')] },
    ],
    [
      'an empty object before the arguments',
      data(
        toolCalls({ index: 0, function: { name: 'f', arguments: '{}' } }),
        toolCalls({ index: 0, function: { arguments: '{"p"' } }),
        toolCalls({ index: 0, function: { arguments: ':1}' } }),
      ),
      { toolCalls: [P('', 'f')] },
    ],
    [
      "Copilot's encrypted fragments",
      typed(
        { type: 'response.output_item.added', output_index: 0, item: CALL },
        { type: 'response.function_call_arguments.delta', output_index: 0, delta: 'gAAAAABqpw==' },
        { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"p":1}' },
        {
          type: 'response.output_item.done',
          output_index: 0,
          item: { ...CALL, arguments: '{"p":1}' },
        },
        {
          type: 'response.completed',
          response: { status: 'completed', output: [{ ...CALL, arguments: '{"p":1}' }] },
        },
      ),
      { toolCalls: [P('a', 'f')], finishReason: 'completed' },
    ],
    [
      "Copilot's encrypted fragments, only the item is whole",
      typed(
        { type: 'response.output_item.added', output_index: 0, item: CALL },
        { type: 'response.function_call_arguments.delta', output_index: 0, delta: 'gAAAAABqpw==' },
        {
          type: 'response.output_item.done',
          output_index: 0,
          item: { ...CALL, arguments: '{"p":1}' },
        },
      ),
      { toolCalls: [P('a', 'f')] },
    ],
    [
      "a custom tool's input is no JSON",
      typed(
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: { type: 'custom_tool_call', call_id: 'a', name: 'sh', input: '' },
        },
        { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'ls' },
        { type: 'response.custom_tool_call_input.done', output_index: 0, input: 'ls -l' },
      ),
      { toolCalls: [{ id: 'a', name: 'sh', arguments: 'ls -l' }] },
    ],
  ]),
  ...table('calls and texts', [
    [
      'arguments again, written otherwise',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '' } }),
        toolCalls({ index: 0, function: { arguments: '{"p":' } }),
        toolCalls({ index: 0, function: { arguments: '1}' } }),
        toolCalls({ index: 0, function: { arguments: '{ "p": 1 }' } }),
      ),
      { toolCalls: [P('a', 'f')] },
    ],
    [
      'arguments again, with the same id and name',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":1}' } }),
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{ "p": 1 }' } }),
      ),
      { toolCalls: [P('a', 'f')] },
    ],
    [
      "Gemini's arguments in the chunk behind the name",
      data(
        { candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: {} } }] } }] },
        { candidates: [{ content: { parts: [{ functionCall: { args: { p: 1 } } }] } }] },
        { candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: { p: 1 } } }] } }] },
        { candidates: [{ content: { parts: [{ functionCall: { args: {} } }] } }] },
      ),
      { toolCalls: [P('', 'f'), P('', 'f')] },
    ],
    [
      'text and a call at the start of an Anthropic message',
      typed(
        {
          type: 'message_start',
          message: {
            id: 'm',
            content: [
              { type: 'text', text: 'Hi' },
              { type: 'tool_use', id: 'a', name: 'f', input: { p: 1 } },
            ],
          },
        },
        { type: 'message_stop' },
      ),
      { text: 'Hi', id: 'm', toolCalls: [P('a', 'f')] },
    ],
    [
      "HyperCLOVA X's result",
      event('token', { message: { role: 'assistant', content: 'H' } }) +
        event('token', { message: { role: 'assistant', content: 'i' } }) +
        event('result', { message: { role: 'assistant', content: 'Hi' }, stopReason: 'stop' }) +
        event('signal', { data: '[DONE]' }),
      TEXT,
    ],
    [
      "HyperCLOVA X's result alone",
      event('result', { message: { role: 'assistant', content: 'Hi' } }),
      TEXT,
    ],
    [
      'reasoning as `thinking`',
      data(chunk({ thinking: 'h' }), chunk({ thinking: 'm', content: '' }), HI_CHUNK),
      { text: 'Hi', reasoning: 'hm' },
    ],
  ]),
  ...table('more messages and calls', [
    [
      "Coze's, only when they are done",
      event('conversation.message.completed', { id: '1', type: 'answer', content: 'One. ' }) +
        event('conversation.message.completed', { id: '2', type: 'answer', content: 'Two.' }) +
        event('conversation.chat.completed', { status: 'completed' }),
      { text: 'One. Two.' },
    ],
    [
      "Coze's, in deltas and when they are done",
      event('conversation.message.delta', { id: '1', type: 'answer', content: 'One. ' }) +
        event('conversation.message.completed', { id: '1', type: 'answer', content: 'One. ' }) +
        event('conversation.message.delta', { id: '2', type: 'answer', content: 'Two.' }) +
        event('conversation.message.completed', { id: '2', type: 'answer', content: 'Two.' }),
      { text: 'One. Two.' },
    ],
    [
      "Gemini's arguments, value by value",
      gemini(
        { name: 'f', id: 'a' },
        { partialArgs: [{ jsonPath: '$.p', numberValue: 1 }] },
        {},
        { name: 'g', partialArgs: [{ jsonPath: '$.to', stringValue: 'a \n' }] },
        { partialArgs: [{ jsonPath: '$.to', stringValue: '"b"' }] },
        {
          partialArgs: [
            { jsonPath: "$['list'][0].is", boolValue: false },
            { jsonPath: '$.list[4294967294]', stringValue: '' },
            { jsonPath: '$.list[9].x.y', numberValue: 2.5 },
            { jsonPath: '$.__proto__.x', nullValue: 'NULL_VALUE' },
            { jsonPath: '$.a b\\\t', numberValue: 0 },
          ],
        },
        {},
      ),
      {
        toolCalls: [
          P('a', 'f'),
          {
            id: '',
            name: 'g',
            arguments:
              '{"to":"a \\n\\"b\\"","list":[{"is":false},"",{"x":{"y":2.5}}],"__proto__":{"x":null},"a b\\\\\\t":0}',
          },
        ],
      },
    ],
    [
      'an index at the start alone',
      typed(
        ...['a', 'b'].map((id, index) => ({
          type: 'response.output_item.added',
          output_index: index,
          item: { type: 'function_call', id: `item ${id}`, call_id: id, name: 'f', arguments: '' },
        })),
        ...['a', 'b'].map((id) => ({
          type: 'response.function_call_arguments.delta',
          item_id: `item ${id}`,
          delta: '{"p":1}',
        })),
      ),
      { toolCalls: [P('a', 'f'), P('b', 'f')] },
    ],
    [
      'arguments that are encoded twice',
      data(toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '"{\\"p\\":1}"' } })),
      { toolCalls: [P('a', 'f')] },
    ],
    [
      "LiteLLM's arguments again, encoded twice",
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'a', function: { arguments: ':1}' } }),
        toolCalls({ index: 0, id: 'a', function: { arguments: '"{\\"p\\":1}"' } }),
      ),
      { toolCalls: [P('a', 'f')] },
    ],
    [
      'a value that looks so',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":' } }),
        toolCalls({ index: 0, function: { arguments: '"{\\"q\\":1}"' } }),
        toolCalls({ index: 0, function: { arguments: '}' } }),
      ),
      { toolCalls: [{ id: 'a', name: 'f', arguments: '{"p":"{\\"q\\":1}"}' }] },
    ],
  ]),
]
