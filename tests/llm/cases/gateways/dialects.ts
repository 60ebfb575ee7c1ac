import type { StreamCase } from '../../real-streams.test.js'
import { table, data, event, TEXT } from '../pieces.js'
import { P, chunk, HI_CHUNK } from './pieces.js'

const mastra = (type: string, payload: object) => ({ type, runId: 'r', from: 'AGENT', payload })

export const DIALECTS: StreamCase[] = [
  ...table('strangers', [
    [
      'content and done',
      data(
        { content: 'He', done: false },
        { content: 'llo', done: false },
        { content: '', done: true },
      ),
      { text: 'Hello', finishReason: 'stop' },
    ],
    [
      'text and done',
      data({ text: 'He', done: false }, { text: 'llo', done: true }),
      { text: 'Hello', finishReason: 'stop' },
    ],
    [
      'delta and done',
      data(
        { delta: 'Hel', done: false, chunk_index: 1 },
        { delta: 'lo', done: false, chunk_index: 2 },
        { delta: '', done: true, chunk_index: 3 },
      ),
      { text: 'Hello', finishReason: 'stop' },
    ],
    [
      'token and done, by name',
      data({ token: 'He', done: false }, { token: 'llo', done: false }, { done: true }),
      { text: 'Hello', finishReason: 'stop' },
      'ollama',
    ],
    [
      'another name and done',
      data({ value: 'He', done: false }, { value: '', done: true }),
      { fails: 'unknown-format', says: 'He' },
    ],
    ['only done', data({ done: true }), { fails: 'unknown-format' }],
    [
      'a type beside done',
      data(
        { type: 'reasoning_chunk', content: 'hm', done: false },
        { type: 'reasoning_chunk', content: '', done: true },
      ),
      { fails: 'unknown-format', says: 'hm' },
    ],
    [
      "a message that is not Ollama's",
      data({ message: { messageId: 'u', text: 'q' }, created: true }),
      { fails: 'unknown-format', says: 'created' },
    ],
    [
      "Bedrock's events",
      event('messageStart', { role: 'assistant' }) +
        event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hi' } }) +
        event('messageStop', { stopReason: 'end_turn' }),
      { fails: 'unknown-format', says: 'assistant' },
    ],
  ]),
  ...table('dialects', [
    [
      'Mastra',
      data(
        mastra('start', { id: 'a' }),
        mastra('step-start', { messageId: 'm' }),
        mastra('reasoning-delta', { id: '0', text: 'hm' }),
        mastra('text-start', { id: '1' }),
        mastra('text-delta', { id: '1', text: 'Hel' }),
        mastra('text-delta', { id: '1', text: 'lo' }),
        mastra('tool-call', { toolCallId: 'a', toolName: 'f', args: { p: 1 } }),
        mastra('finish', {
          stepResult: { reason: 'tool-calls' },
          output: { usage: { inputTokens: 3, outputTokens: 1 } },
        }),
        '[DONE]',
      ),
      {
        text: 'Hello',
        reasoning: 'hm',
        toolCalls: [P('a', 'f')],
        finishReason: 'tool-calls',
        inputTokens: 3,
        outputTokens: 1,
      },
    ],
    [
      "Mastra's error",
      data(mastra('error', { error: { message: 'no such model' } })),
      { fails: 'upstream', says: ': no such model' },
    ],
    [
      'RAGFlow',
      data(
        { event: 'message', message_id: 'm', task_id: 't', data: { content: 'Hel' } },
        { event: 'message', message_id: 'm', task_id: 't', data: { content: 'lo' } },
        { event: 'message_end', message_id: 'm', task_id: 't', data: {} },
      ),
      { text: 'Hello', finishReason: 'stop' },
    ],
    [
      "Copilot's reasoning",
      data(chunk({ reasoning_text: 'hm', content: null }), HI_CHUNK),
      { text: 'Hi', reasoning: 'hm' },
    ],
    [
      'a whole completion with an empty delta',
      JSON.stringify({
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            delta: { role: null, content: '', tool_calls: null, reasoning_content: '' },
            finish_reason: 'stop',
            message: { role: 'assistant', content: 'Hi' },
          },
        ],
      }),
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      "Perplexity's messages, which grow",
      data(
        ...[
          ['', ''],
          ['He', 'He'],
          ['llo', 'Hello'],
          ['', 'Hello'],
        ].map(([content, all]) => ({
          ...chunk({ content }, { message: { role: 'assistant', content: all } }),
          object: 'chat.completion',
        })),
        '[DONE]',
      ),
      { text: 'Hello' },
    ],
    [
      'a missing blank line',
      `data: ${JSON.stringify(chunk({ content: 'H' }))}\n${data(chunk({ content: 'i' }), '[DONE]')}`,
      { text: 'Hi' },
    ],
    [
      'a missing blank line before [DONE]',
      `${data(HI_CHUNK)}data: ${JSON.stringify(chunk({}, { finish_reason: 'stop' }))}\n${data('[DONE]')}`,
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      'a missing blank line before an error',
      `data: ${JSON.stringify(HI_CHUNK)}\n${data({ error: { message: 'no' } })}`,
      { fails: 'upstream', says: ': no' },
    ],
    [
      'a missing blank line before broken JSON',
      `data: ${JSON.stringify(HI_CHUNK)}\n${data('{"choices":[{')}`,
      { fails: 'parse-json' },
    ],
    [
      'JSON over several lines',
      `data: {"choices":\ndata: [{"delta":{"content":"Hi"}}]}\n\n`,
      { text: 'Hi' },
    ],
  ]),
  ...table('names with underscores', [
    [
      "AG-UI's, of Python",
      data(
        { type: 'RUN_STARTED', thread_id: 't', run_id: 'r' },
        { type: 'TEXT_MESSAGE_CONTENT', message_id: 'm', delta: 'Hi' },
        { type: 'TOOL_CALL_START', tool_call_id: 'a', tool_call_name: 'f' },
        { type: 'TOOL_CALL_START', tool_call_id: 'b', tool_call_name: 'g' },
        { type: 'TOOL_CALL_ARGS', tool_call_id: 'a', delta: '{"p":1}' },
        { type: 'TOOL_CALL_ARGS', tool_call_id: 'b', delta: '{"p":1}' },
        { type: 'RUN_FINISHED', thread_id: 't', run_id: 'r' },
      ),
      { text: 'Hi', id: 'r', toolCalls: [P('a', 'f'), P('b', 'g')], finishReason: 'stop' },
    ],
    [
      "Gemini's, of Python",
      data(
        {
          candidates: [
            {
              content: {
                parts: [{ text: 'Hi' }, { function_call: { name: 'f', args: { p: 1 } } }],
              },
              finish_reason: 'STOP',
            },
          ],
          usage_metadata: {
            prompt_token_count: 3,
            candidates_token_count: 1,
            thoughts_token_count: 2,
          },
          model_version: 'm',
          response_id: 'r',
        },
        { prompt_feedback: { block_reason: 'SAFETY' } },
      ),
      {
        text: 'Hi',
        toolCalls: [P('', 'f')],
        finishReason: 'SAFETY',
        inputTokens: 3,
        outputTokens: 3,
        model: 'm',
        id: 'r',
      },
    ],
    [
      "the AI SDK's",
      data(
        { type: 'start', message_id: 'm' },
        { type: 'text-delta', id: '0', delta: 'Hi' },
        { type: 'tool-input-available', tool_call_id: 'a', tool_name: 'f', input: { p: 1 } },
        { type: 'finish', finish_reason: 'tool-calls' },
      ),
      { text: 'Hi', toolCalls: [P('a', 'f')], finishReason: 'tool-calls' },
      'ai-sdk',
    ],
  ]),
  ...table('more dialects', [
    [
      "AG-UI's messages at the end alone",
      data(
        { type: 'RUN_STARTED', runId: 'r' },
        {
          type: 'MESSAGES_SNAPSHOT',
          messages: [
            { id: '1', role: 'user', content: 'Q' },
            {
              id: '2',
              role: 'assistant',
              content: 'Hi',
              toolCalls: [{ id: 'a', function: { name: 'f', arguments: '{"p":1}' } }],
            },
          ],
        },
        { type: 'RUN_FINISHED' },
      ),
      { text: 'Hi', toolCalls: [P('a', 'f')], finishReason: 'stop' },
    ],
    [
      "AG-UI's messages behind the text",
      data(
        { type: 'TEXT_MESSAGE_CONTENT', messageId: '2', delta: 'Hi' },
        { type: 'MESSAGES_SNAPSHOT', messages: [{ id: '2', role: 'assistant', content: 'Hi' }] },
        { type: 'RUN_FINISHED' },
      ),
      TEXT,
    ],
    [
      "AG-UI's messages up to the question",
      data(
        {
          type: 'MESSAGES_SNAPSHOT',
          messages: [
            { role: 'assistant', content: 'Old' },
            { role: 'user', content: 'Q' },
          ],
        },
        { type: 'TEXT_MESSAGE_CONTENT', messageId: '2', delta: 'Hi' },
        { type: 'RUN_FINISHED' },
      ),
      TEXT,
    ],
    [
      "a workflow's output under its own name",
      data(
        { event: 'workflow_started', data: {} },
        { event: 'workflow_finished', data: { status: 'succeeded', outputs: { result: 'Hi' } } },
      ),
      { text: 'Hi', finishReason: 'succeeded' },
    ],
    [
      'an error with a status of HTTP, behind text',
      data(HI_CHUNK, { status: 500, title: 'Internal Server Error', detail: 'no' }),
      { fails: 'upstream', says: 'no' },
    ],
    ['a status of success', data({ ...HI_CHUNK, status: 200, message: 'OK' }), TEXT],
    [
      'an exception, behind text',
      data(HI_CHUNK) + event('modelStreamErrorException', { message: 'no' }),
      { fails: 'upstream', says: 'no' },
    ],
  ]),
]
