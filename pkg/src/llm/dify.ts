import type { Reader } from './format.js'
import { objectOf, text, usage } from './json.js'
import { upstreamError } from './upstream.js'

/** The answer of Dify's events, of apps and of workflows, streamed or not. */
export const dify: Reader = (json) => {
  const data = objectOf(json['data'])
  const id = text(json['message_id'])
  const answer = text(json['answer'])
  const figures = objectOf(json['metadata'])?.['usage']
  const tokens = usage(figures, ['prompt_tokens'], ['completion_tokens'])
  switch (json['event']) {
    case 'message':
    case 'agent_message':
      return { id, text: answer, usage: tokens }
    case 'text_chunk':
      return { text: text(data?.['text']) }
    case 'message_replace':
      return { text: answer, isWhole: true }
    case 'workflow_started':
    case 'agent_thought':
      return { id }
    case 'workflow_finished': {
      if (data?.['status'] === 'failed') throw upstreamError(data)
      const outputs = objectOf(data?.['outputs'])
      return { text: text(outputs?.['answer']) ?? text(outputs?.['text']), isWhole: true }
    }
    case 'message_end':
      return { id, finishReason: 'stop', usage: tokens, isEnd: true }
    default:
      return undefined
  }
}
