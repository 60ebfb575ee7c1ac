import type { StreamCase } from '../../real-streams.test.js'
import { table, data, typed } from '../pieces.js'
import { toolCalls, calls, chunk, item } from './pieces.js'

const TOOL_USE = { type: 'tool_use', id: 't', name: 'f', input: {} }

const json = (partial_json: string, index = 0) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'input_json_delta', partial_json },
})

export const CALLS: StreamCase[] = [
  ...table('tool calls', [
    [
      'index null',
      data(
        toolCalls({ index: null, id: 'a', function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: null, function: { arguments: ':1}' } }),
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'id and name in each fragment',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: ':1}' } }),
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'name in each fragment, no id',
      data(
        toolCalls({ index: 0, function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: 0, function: { name: 'f', arguments: ':1}' } }),
      ),
      calls(['', 'f', '{"p":1}']),
    ],
    [
      'empty names and ids later',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '' } }),
        toolCalls({ index: 0, id: '', function: { name: '', arguments: '{}' } }),
      ),
      calls(['a', 'f', '{}']),
    ],
    [
      'late id',
      data(
        toolCalls({ index: 0, function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'a', function: { arguments: ':1}' } }),
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'no index, no id, whole',
      data(
        toolCalls({ function: { name: 'f', arguments: '{"p":1}' } }),
        toolCalls({ function: { name: 'f', arguments: '{"p":2}' } }),
      ),
      calls(['', 'f', '{"p":1}'], ['', 'f', '{"p":2}']),
    ],
    [
      'index 0, no id, whole',
      data(
        toolCalls({ index: 0, function: { name: 'f', arguments: '{"p":1}' } }),
        toolCalls({ index: 0, function: { name: 'g', arguments: '{"p":2}' } }),
      ),
      calls(['', 'f', '{"p":1}'], ['', 'g', '{"p":2}']),
    ],
    [
      'index 0, fragments by id in turns',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: 0, id: 'b', function: { name: 'g', arguments: '{"q"' } }),
        toolCalls({ index: 0, id: 'a', function: { arguments: ':1}' } }),
        toolCalls({ index: 0, id: 'b', function: { arguments: ':2}' } }),
      ),
      calls(['a', 'f', '{"p":1}'], ['b', 'g', '{"q":2}']),
    ],
    [
      'several in a chunk, index 0',
      data(
        toolCalls(
          { index: 0, id: 'a', function: { name: 'f', arguments: '{}' } },
          { index: 0, id: 'b', function: { name: 'f', arguments: '{"q":2}' } },
        ),
      ),
      calls(['a', 'f', '{}'], ['b', 'f', '{"q":2}']),
    ],
    [
      'the same id at two indexes',
      data(
        toolCalls(
          { index: 0, id: 'call', function: { name: 'f', arguments: '{"p":1}' } },
          { index: 1, id: 'call', function: { name: 'g', arguments: '{"q":2}' } },
        ),
      ),
      calls(['call', 'f', '{"p":1}'], ['call', 'g', '{"q":2}']),
    ],
    [
      'in turns by index',
      data(
        toolCalls(
          { index: 0, id: 'a', function: { name: 'f', arguments: '{' } },
          { index: 1, id: 'b', function: { name: 'g', arguments: '{' } },
        ),
        toolCalls(
          { index: 1, function: { arguments: '}' } },
          { index: 0, function: { arguments: '}' } },
        ),
      ),
      calls(['a', 'f', '{}'], ['b', 'g', '{}']),
    ],
    [
      'a placeholder before the fragments',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
        toolCalls({ index: 0, function: { arguments: '{"p":1}' } }),
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'the whole again at the end',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p"' } }),
        toolCalls({ index: 0, function: { arguments: ':1}' } }),
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":1}' } }),
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'arguments as an object',
      data(toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: { p: 1 } } })),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'without `function`',
      data(toolCalls({ id: 'a', name: 'f', arguments: '{"p":1}' })),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'a call that is never named is none',
      data(
        toolCalls({ index: 0, id: 'a', function: { arguments: '{}' } }),
        chunk({ content: 'Hi' }),
      ),
      { text: 'Hi', toolCalls: undefined },
    ],
    [
      'legacy function_call',
      data(
        chunk({ function_call: { name: 'f', arguments: '' } }),
        chunk({ function_call: { arguments: '{"p":' } }),
        chunk({ function_call: { arguments: '1}' } }, { finish_reason: 'function_call' }),
      ),
      { ...calls(['', 'f', '{"p":1}']), finishReason: 'function_call' },
    ],
    [
      'a character in two fragments',
      data(
        toolCalls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"p":"\ud83d' } }),
        toolCalls({ index: 0, function: { arguments: '\ude00"}' } }),
      ),
      calls(['a', 'f', '{"p":"😀"}']),
    ],
    [
      'Anthropic, input at the start alone',
      typed(
        {
          type: 'content_block_start',
          index: 0,
          content_block: { ...TOOL_USE, input: { a: 1 } },
        } as never,
        { type: 'content_block_stop', index: 0 } as never,
        { type: 'message_delta', delta: { stop_reason: 'tool_use' } } as never,
        { type: 'message_stop' },
      ),
      calls(['t', 'f', '{"a":1}']),
    ],
    [
      'Anthropic, input at the start, cut short',
      typed({
        type: 'content_block_start',
        index: 0,
        content_block: { ...TOOL_USE, input: { a: 1 } },
      } as never),
      calls(['t', 'f', '{"a":1}']),
    ],
    [
      'Anthropic, input as text',
      typed(
        {
          type: 'content_block_start',
          index: 0,
          content_block: { ...TOOL_USE, input: '{"a":1}' },
        } as never,
        { type: 'message_stop' },
      ),
      calls(['t', 'f', '{"a":1}']),
    ],
    [
      'Anthropic, index 0 for each',
      typed(
        { type: 'content_block_start', index: 0, content_block: TOOL_USE } as never,
        json('{"a":1}'),
        {
          type: 'content_block_start',
          index: 0,
          content_block: { ...TOOL_USE, id: 'u', name: 'g' },
        } as never,
        json('{"b":2}'),
        { type: 'message_stop' },
      ),
      calls(['t', 'f', '{"a":1}'], ['u', 'g', '{"b":2}']),
    ],
    [
      'Anthropic, in turns',
      typed(
        { type: 'content_block_start', index: 1, content_block: TOOL_USE } as never,
        {
          type: 'content_block_start',
          index: 2,
          content_block: { ...TOOL_USE, id: 'u', name: 'g' },
        } as never,
        json('{"b":', 2),
        json('{"a":', 1),
        json('2}', 2),
        json('1}', 1),
      ),
      calls(['t', 'f', '{"a":1}'], ['u', 'g', '{"b":2}']),
    ],
    [
      'Responses, only in .done',
      typed(
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: item({ arguments: '' }),
        } as never,
        {
          type: 'response.function_call_arguments.done',
          output_index: 0,
          item_id: 'fc',
          arguments: '{"p":1}',
        } as never,
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'Responses, only in the item',
      typed({
        type: 'response.output_item.done',
        output_index: 0,
        item: item({ arguments: '{"p":1}' }),
      } as never),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'Responses, everywhere',
      typed(
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: item({ arguments: '' }),
        } as never,
        {
          type: 'response.function_call_arguments.delta',
          output_index: 0,
          delta: '{"p":',
        } as never,
        { type: 'response.function_call_arguments.delta', output_index: 0, delta: '1}' } as never,
        {
          type: 'response.function_call_arguments.done',
          output_index: 0,
          arguments: '{"p":1}',
        } as never,
        {
          type: 'response.output_item.done',
          output_index: 0,
          item: item({ arguments: '{"p":1}' }),
        } as never,
        {
          type: 'response.completed',
          response: { output: [item({ arguments: '{"p":1}' })] },
        } as never,
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'Responses, at the start',
      typed(
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: item({ arguments: '{"p":1}' }),
        } as never,
        { type: 'response.completed', response: {} } as never,
      ),
      calls(['a', 'f', '{"p":1}']),
    ],
    [
      'Responses, a custom tool',
      typed(
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: { type: 'custom_tool_call', call_id: 'a', name: 'f', input: '' },
        } as never,
        { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'ls' } as never,
        { type: 'response.custom_tool_call_input.done', output_index: 0, input: 'ls -l' } as never,
      ),
      calls(['a', 'f', 'ls -l']),
    ],
    [
      'Responses, by item_id',
      typed(
        { type: 'response.output_item.added', item: item({ id: 'x', call_id: 'a' }) } as never,
        { type: 'response.output_item.added', item: item({ id: 'y', call_id: 'b' }) } as never,
        { type: 'response.function_call_arguments.delta', item_id: 'x', delta: '{"p":1}' } as never,
        { type: 'response.function_call_arguments.delta', item_id: 'y', delta: '{"p":2}' } as never,
      ),
      calls(['a', 'f', '{"p":1}'], ['b', 'f', '{"p":2}']),
    ],
    [
      'Gemini, several in a chunk',
      data({
        candidates: [
          {
            content: {
              parts: [
                { functionCall: { name: 'f', args: { p: 1 } } },
                { functionCall: { name: 'f', args: { p: 1 } } },
              ],
            },
          },
        ],
      }),
      calls(['', 'f', '{"p":1}'], ['', 'f', '{"p":1}']),
    ],
    [
      'Ollama, several lines',
      data(
        {
          message: { tool_calls: [{ function: { name: 'f', arguments: { p: 1 } } }] },
          done: false,
        },
        {
          message: { tool_calls: [{ function: { name: 'f', arguments: { p: 1 } } }] },
          done: false,
        },
        { done: true },
      ),
      calls(['', 'f', '{"p":1}'], ['', 'f', '{"p":1}']),
    ],
    [
      'AI SDK, streamed and whole',
      data(
        { type: 'tool-input-start', toolCallId: 'a', toolName: 'f' },
        { type: 'tool-input-delta', toolCallId: 'a', inputTextDelta: '{ "p": ' },
        { type: 'tool-input-delta', toolCallId: 'a', inputTextDelta: '1 }' },
        { type: 'tool-input-available', toolCallId: 'a', toolName: 'f', input: { p: 1 } },
      ),
      calls(['a', 'f', '{ "p": 1 }']),
    ],
    [
      'AI SDK, only whole, in parallel',
      data(
        { type: 'tool-input-start', toolCallId: 'a', toolName: 'f' },
        { type: 'tool-input-start', toolCallId: 'b', toolName: 'g' },
        { type: 'tool-input-available', toolCallId: 'b', toolName: 'g', input: { q: 2 } },
        { type: 'tool-input-available', toolCallId: 'a', toolName: 'f', input: { p: 1 } },
      ),
      calls(['a', 'f', '{"p":1}'], ['b', 'g', '{"q":2}']),
    ],
    [
      'AG-UI',
      data(
        { type: 'TOOL_CALL_START', toolCallId: 'a', toolCallName: 'f' },
        { type: 'TOOL_CALL_START', toolCallId: 'b', toolCallName: 'g' },
        { type: 'TOOL_CALL_ARGS', toolCallId: 'a', delta: '{"p":1}' },
        { type: 'TOOL_CALL_CHUNK', toolCallId: 'b', delta: '{"q":2}' },
        { type: 'TOOL_CALL_END', toolCallId: 'a' },
      ),
      calls(['a', 'f', '{"p":1}'], ['b', 'g', '{"q":2}']),
    ],
    [
      'Interactions',
      data(
        {
          event_type: 'step.start',
          index: 0,
          step: { type: 'function_call', id: 'a', name: 'f', arguments: {} },
        },
        {
          event_type: 'step.delta',
          index: 0,
          delta: { type: 'arguments_delta', arguments: '{"p":1}' },
        },
        {
          event_type: 'step.start',
          index: 1,
          step: { type: 'function_call', id: 'b', name: 'g', arguments: { q: 2 } },
        },
        { event_type: 'interaction.completed', interaction: {} },
      ),
      calls(['a', 'f', '{"p":1}'], ['b', 'g', '{"q":2}']),
    ],
    [
      'Cloudflare',
      data({ response: '', tool_calls: [{ name: 'f', arguments: { p: 1 } }] }, '[DONE]'),
      calls(['', 'f', '{"p":1}']),
    ],
  ]),
]
