import { EventSource } from 'eventsource'
import { listen } from '../event-source'
import type { Implementation } from '../implementation'

/** The package of that name, an EventSource over fetch. */
export default [
  {
    name: 'eventsource',
    kind: 'peer',
    readBody: (response, sink) =>
      listen(new EventSource(location.href, { fetch: async () => response }), sink),
    readUrl: (url, sink) => listen(new EventSource(new URL(url, location.href)), sink),
  },
] satisfies Implementation[]
