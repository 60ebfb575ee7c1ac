import { listen } from '../event-source'
import type { Implementation } from '../implementation'

/** The browser's EventSource. It takes nothing but a URL, so it has no part in `decode` and `iterate`. */
export default [
  {
    name: 'native EventSource',
    kind: 'native',
    readUrl: (url, sink) => listen(new EventSource(url), sink),
  },
] satisfies Implementation[]
