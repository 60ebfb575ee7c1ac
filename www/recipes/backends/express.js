import { setTimeout as delay } from 'node:timers/promises'
import express from 'express'

const app = express()
/** What stops each answer that is being written, by session. Behind a login, check whose session it is. */
const running = new Map()

app.use(express.json())

app.post('/chat', async (request, response) => {
  const { prompt, sessionId } = request.body
  const stop = new AbortController()
  running.get(sessionId)?.abort() // a session has one answer at a time
  running.set(sessionId, stop)
  response.on('close', () => stop.abort()) // nobody is reading any more
  response.set({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform', // no compression, which would hold events back
    'x-accel-buffering': 'no', // for nginx
  })
  let tokens = 0
  try {
    for await (const token of model(prompt, stop.signal)) {
      tokens += 1
      response.write(`data: ${JSON.stringify(token)}\n\n`)
    }
    response.end('data: [DONE]\n\n')
  } catch {
    response.end()
  }
  if (running.get(sessionId) === stop) running.delete(sessionId)
  console.log(`${sessionId}: ${stop.signal.aborted ? 'stopped' : 'complete'}, ${tokens} tokens`)
})

app.post('/chat/cancel', (request, response) => {
  const stop = running.get(request.body.sessionId)
  stop?.abort()
  response.status(stop ? 200 : 404).json({ cancelled: stop !== undefined })
})

/** Put your model here. Give it the signal: it is what saves the tokens. */
async function* model(prompt, signal) {
  for (const word of `You asked: ${prompt}`.split(' ')) yield `${word} `
  for (let line = 1; line <= 100; line += 1) {
    await delay(10, undefined, { signal })
    yield `\n${line} bottles`
  }
}

const server = app.listen(process.env.PORT ?? 8000, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
