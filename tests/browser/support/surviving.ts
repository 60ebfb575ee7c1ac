import type { OpenOptions } from 'sluicegate'
import { engine } from './page.js'
import type { Encoding } from './server.js'

/** Those that the browser asks for, over TLS: WebKitGTK knows no zstd. */
export const ENCODINGS: Encoding[] = engine === 'webkit' ? ['gzip', 'br'] : ['gzip', 'br', 'zstd']

/**
 * For faults inside a body over HTTP/2. WebKitGTK sees none of them and reads on for ever, and after some of them it
 * sends no request any more.
 */
export const FAULTS_OVER_HTTP2 = { skip: engine === 'webkit' }

/** Reconnects at once, to the end. */
export const SURVIVING: OpenOptions = {
  done: '[DONE]',
  retry: { minDelay: 0, initialDelay: 1, maxDelay: 20 },
}
