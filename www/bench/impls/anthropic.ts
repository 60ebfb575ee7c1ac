import { Stream } from '@anthropic-ai/sdk/streaming'
import type { Implementation } from '../implementation'
import type { Json } from '../texts'

/** What the SDK's users loop over. */
export default [
  {
    name: '@anthropic-ai/sdk',
    kind: 'peer',
    async readText(response, { textIn }) {
      let text = ''
      for await (const event of Stream.fromSSEResponse<Json>(response, new AbortController())) {
        text += textIn(event) ?? ''
      }
      return text
    },
    texts: ['anthropic'],
  },
] satisfies Implementation[]
