import { SSE } from 'sse.js'
import { EVENT_TYPES } from '../corpora'
import type { Implementation } from '../implementation'

/** XMLHttpRequest underneath: it takes nothing but a URL, so it has no part in `decode` and `iterate`. */
export default [
  {
    name: 'sse.js',
    kind: 'peer',
    readUrl: (url, sink) =>
      new Promise((resolve, reject) => {
        const source = new SSE(url, { start: false })
        for (const type of EVENT_TYPES) {
          source.addEventListener(type, (event: MessageEvent) => sink.add(event.data, event.type))
        }
        source.addEventListener('error', () => reject(new Error('sse.js failed')))
        source.addEventListener('readystatechange', () => {
          if (source.readyState === SSE.CLOSED) resolve()
        })
        source.stream()
      }),
  },
] satisfies Implementation[]
