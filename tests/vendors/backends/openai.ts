// OpenAI's Responses API in background mode, after `openai` 7.55.0 and
// https://developers.openai.com/api/docs/guides/background.

import { createHash } from 'node:crypto'
import { responsesApi, snapshot } from './responses.js'

/** OpenAI pads its deltas with something of random length. */
function obfuscation(seed: number): string {
  const hash = createHash('sha256').update(String(seed)).digest('base64url')
  return hash.slice(0, (hash.charCodeAt(0) % 16) + 1)
}

export const openai = responsesApi({
  cors: { origin: '*', methods: 'GET, OPTIONS, POST', headers: 'mirror', expose: 'X-Request-ID' },
  id: (number) => `resp_${String(number).padStart(48, '0')}`,
  opening: ['response.created', 'response.queued', 'response.in_progress'],
  write: (event) =>
    JSON.stringify({
      ...event,
      ...('delta' in event && { obfuscation: obfuscation(event.sequence_number) }),
    }),
  isForeground: ({ background }) => background !== true,
  // Cancelling twice returns the response as it is. No event tells readers of it.
  cancel(exchange, job) {
    job.stop('cancelled')
    exchange.json(200, snapshot(job))
  },
  error: (_, message) => ({
    error: { message, type: 'invalid_request_error', param: null, code: null },
  }),
})
