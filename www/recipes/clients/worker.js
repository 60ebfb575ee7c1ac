import { openStream } from 'sluicegate'

let stream

/** The page says what to do; it gets the answer's text in pieces, and a last message with how it ended. */
addEventListener('message', async ({ data: { ask, stop } }) => {
  if (stop) return void stream?.cancel()
  const sessionId = crypto.randomUUID()
  stream = openStream(ask.url, {
    method: 'POST',
    body: { prompt: ask.prompt, sessionId },
    done: '[DONE]',
    cancel: { url: `${ask.url}/cancel`, body: { sessionId } },
  })
  try {
    for await (const events of stream.batches()) {
      postMessage({ text: events.map(({ data }) => JSON.parse(data)).join('') })
    }
    postMessage({ ended: (await stream.closed).type })
  } catch (error) {
    postMessage({ ended: 'failed', error: error.message })
  }
})
