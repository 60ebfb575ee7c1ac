import type { StreamCase } from '../../real-streams.test.js'
import { table, data, event, TEXT } from '../pieces.js'
import { HI, chunk } from './pieces.js'

export const FORMATS: StreamCase[] = [
  ...table('formats', [
    [
      'AI SDK, all parts',
      data(
        { type: 'start', messageId: 'm' },
        { type: 'start-step' },
        { type: 'reasoning-start', id: '0' },
        { type: 'reasoning-delta', id: '0', delta: 'hmm' },
        { type: 'reasoning-end', id: '0' },
        { type: 'text-start', id: '1' },
        { type: 'text-delta', id: '1', delta: 'Hi' },
        { type: 'text-end', id: '1' },
        { type: 'data-weather', data: { text: 'no' } },
        { type: 'source-url', url: 'x' },
        { type: 'finish-step' },
        {
          type: 'finish',
          finishReason: 'stop',
          messageMetadata: { usage: { inputTokens: 3, outputTokens: 1 } },
        },
        '[DONE]',
      ),
      {
        text: 'Hi',
        reasoning: 'hmm',
        id: 'm',
        finishReason: 'stop',
        inputTokens: 3,
        outputTokens: 1,
      },
    ],
    [
      'AI SDK, by name',
      data({ type: 'text-delta', id: '1', delta: 'Hi' }, { type: 'finish' }, '[DONE]'),
      { text: 'Hi', finishReason: 'stop' },
      'ai-sdk',
    ],
    [
      'AI SDK, aborted',
      data({ type: 'text-delta', delta: 'Hi' }, { type: 'abort', reason: 'stop' }),
      { text: 'Hi', finishReason: 'abort' },
    ],
    [
      'AI SDK, empty',
      data(
        { type: 'start', messageId: 'm' },
        { type: 'start-step' },
        { type: 'finish-step' },
        { type: 'finish' },
        '[DONE]',
      ),
      { text: '' },
    ],
    [
      'AG-UI',
      data(
        { type: 'RUN_STARTED', threadId: 't', runId: 'r' },
        { type: 'REASONING_MESSAGE_CONTENT', messageId: 'm', delta: 'hmm' },
        { type: 'TEXT_MESSAGE_START', messageId: 'm' },
        { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'H' },
        { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta: 'i' },
        { type: 'TEXT_MESSAGE_END', messageId: 'm' },
        { type: 'STATE_SNAPSHOT', snapshot: {} },
        {
          type: 'RUN_FINISHED',
          threadId: 't',
          runId: 'r',
          usage: [{ inputTokens: 3, outputTokens: 1 }],
        },
      ),
      {
        text: 'Hi',
        reasoning: 'hmm',
        id: 'r',
        finishReason: 'stop',
        inputTokens: 3,
        outputTokens: 1,
      },
    ],
    [
      'AG-UI, empty',
      data({ type: 'RUN_STARTED', runId: 'r' }, { type: 'RUN_FINISHED' }),
      { text: '' },
      'ag-ui',
    ],
    [
      "TanStack AI's turns",
      data(
        { type: 'RUN_STARTED', runId: 'r' },
        { type: 'TEXT_MESSAGE_CONTENT', delta: 'H', content: 'H' },
        { type: 'RUN_FINISHED', finishReason: 'tool_calls' },
        { type: 'RUN_STARTED', runId: 'r' },
        { type: 'TEXT_MESSAGE_CONTENT', delta: 'i', content: 'Hi' },
        { type: 'RUN_FINISHED', finishReason: 'stop' },
        '[DONE]',
      ),
      { text: 'Hi', finishReason: 'stop' },
    ],
    [
      'Dify',
      data(
        { event: 'workflow_started', task_id: 't' },
        { event: 'message', message_id: 'm', task_id: 't', answer: 'H' },
        { event: 'message', message_id: 'm', answer: 'i' },
        { event: 'workflow_finished', data: { status: 'succeeded', outputs: { answer: 'Hi' } } },
        {
          event: 'message_end',
          message_id: 'm',
          metadata: { usage: { prompt_tokens: 3, completion_tokens: 1 } },
        },
      ),
      { text: 'Hi', id: 'm', inputTokens: 3, outputTokens: 1 },
    ],
    [
      "Dify's agent",
      `event: ping\n\n${data({ event: 'agent_thought', thought: 'no' }, { event: 'agent_message', answer: 'Hi' }, { event: 'message_end' })}`,
      { text: 'Hi' },
    ],
    [
      "Dify's workflow",
      data(
        { event: 'text_chunk', data: { text: 'Hi' } },
        { event: 'workflow_finished', data: { status: 'succeeded' } },
      ),
      { text: 'Hi' },
      'dify',
    ],
    [
      "Coze's chat",
      event('conversation.chat.created', { id: 'c' }) +
        event('conversation.message.delta', { role: 'assistant', type: 'answer', content: 'H' }) +
        event('conversation.message.delta', {
          type: 'answer',
          content: 'i',
          reasoning_content: 'hmm',
        }) +
        event('conversation.message.completed', { type: 'answer', content: 'Hi' }) +
        event('conversation.message.completed', { type: 'follow_up', content: 'And?' }) +
        event('conversation.chat.completed', {
          status: 'completed',
          usage: { input_count: 3, output_count: 1 },
        }) +
        event('done', '"[DONE]"'),
      {
        text: 'Hi',
        reasoning: 'hmm',
        id: 'c',
        finishReason: 'completed',
        inputTokens: 3,
        outputTokens: 1,
      },
    ],
    [
      'Coze, not streamed',
      event('conversation.message.completed', { type: 'answer', content: 'Hi' }) +
        event('done', '[DONE]'),
      TEXT,
      'coze',
    ],
    [
      'Gemini Interactions',
      event('interaction.created', {
        event_type: 'interaction.created',
        interaction: { id: 'i', model: 'm' },
      }) +
        data(
          { event_type: 'step.start', index: 0, step: { type: 'model_output' } },
          {
            event_type: 'step.delta',
            index: 0,
            delta: { type: 'thought_summary', content: { type: 'text', text: 'hmm' } },
          },
          { event_type: 'step.delta', index: 0, delta: { type: 'text', text: 'Hi' } },
          { event_type: 'step.stop', index: 0 },
          {
            event_type: 'interaction.completed',
            interaction: {
              id: 'i',
              status: 'completed',
              usage: { total_input_tokens: 3, total_output_tokens: 1, total_thought_tokens: 2 },
            },
          },
        ),
      {
        text: 'Hi',
        reasoning: 'hmm',
        id: 'i',
        model: 'm',
        finishReason: 'completed',
        inputTokens: 3,
        outputTokens: 3,
      },
    ],
    [
      'Cloudflare',
      data(
        { response: 'H', p: 'abc' },
        { response: 'i' },
        { response: '', usage: { prompt_tokens: 3, completion_tokens: 1 } },
        '[DONE]',
      ),
      { text: 'Hi', inputTokens: 3, outputTokens: 1 },
    ],
    [
      'llama.cpp',
      data(
        { index: 0, content: 'H', tokens: [1], stop: false },
        { content: 'i', stop: false },
        { content: '', stop: true, stop_type: 'limit', tokens_evaluated: 3, tokens_predicted: 2 },
      ),
      { text: 'Hi', finishReason: 'limit', inputTokens: 3, outputTokens: 2 },
    ],
    ['content alone', data({ content: 'H' }, { content: 'i' }), TEXT],
    [
      'legacy completions, whole',
      data({ object: 'text_completion', choices: [{ text: 'Hi', finish_reason: 'length' }] }),
      { text: 'Hi', finishReason: 'length' },
      'openai-chat',
    ],
    [
      "Azure's first chunk",
      data({ choices: [], created: 0, id: '', model: '', object: '', prompt_filter_results: [] }) +
        HI,
      { text: 'Hi', id: undefined },
    ],
    ['choices: null', data({ choices: null }) + HI, TEXT],
    [
      "Databricks' reasoning",
      data(
        chunk({
          content: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'hmm' }] }],
        }),
        chunk({ content: [{ type: 'text', text: 'Hi' }] }),
      ),
      { text: 'Hi', reasoning: 'hmm' },
    ],
    [
      'Anthropic without event names',
      data(
        { type: 'message_start', message: { id: 'm' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
        { type: 'message_stop' },
      ),
      { text: 'Hi', id: 'm' },
    ],
    [
      'Anthropic without types',
      event('content_block_delta', { index: 0, delta: { text: 'Hi' } }) + event('message_stop', {}),
      TEXT,
    ],
    [
      'Responses without event names',
      data(
        { type: 'response.output_text.delta', delta: 'Hi' },
        { type: 'response.completed', response: { status: 'completed' } },
      ),
      { text: 'Hi', finishReason: 'completed' },
    ],
    [
      '[DONE] with blanks',
      `${data(chunk({ content: 'Hi' }))}data:  [DONE] \n\n${data(chunk({ content: 'late' }))}`,
      TEXT,
    ],
    [
      '[DONE] behind Responses',
      data({ type: 'response.output_text.delta', delta: 'Hi' }, '[DONE]', {
        type: 'response.output_text.delta',
        delta: 'late',
      }),
      TEXT,
    ],
    [
      '[DONE] behind message frames',
      event('messageFragment', 'Hi') + data('[DONE]') + event('messageFragment', 'late'),
      TEXT,
    ],
    ["a stranger's start before JSON", event('start', { id: 1 }) + HI, TEXT],
  ]),
]
