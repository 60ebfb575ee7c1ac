// vLLM's Responses API with VLLM_ENABLE_RESPONSES_API_STORE=1, after its sources
// (vllm/entrypoints/openai/responses: api_router.py, serving.py).

import { responsesApi, snapshot } from './responses.js'

export const vllm = responsesApi({
  cors: { origin: '*', methods: 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT', headers: 'mirror' },
  id: (number) => `resp_${String(number).padStart(32, '0')}`,
  opening: ['response.created', 'response.in_progress'],
  // Pydantic writes the members in the order of the class, which is that of the alphabet.
  write: (event) =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(event).toSorted(([one], [other]) => (one < other ? -1 : 1)),
      ),
    ),
  isForeground: ({ background }) => background !== true,
  // Readers of a cancelled response wait for a `response.completed` that never comes.
  cancel(exchange, job) {
    if (job.isOver) {
      return exchange.json(400, error(400, 'Cannot cancel a synchronous response.'))
    }
    job.keepsReaders = true
    job.stop('cancelled')
    exchange.json(200, snapshot(job))
  },
  error,
})

function error(code: number, message: string) {
  return { error: { message, type: 'invalid_request_error', param: 'response_id', code } }
}
