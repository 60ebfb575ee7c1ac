/** The page that runs the examples in turn, and the server that they ask. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { TOKENS } from './moving.js'
import { bundleExamples, EXAMPLES } from './runnable.js'

/** What became of an example. */
export interface Outcome {
  place: string
  problems: string[]
}

let files: Map<string, Uint8Array>

/** What is streamed under a path; the tokens as they are under all others. */
const STREAMS: Record<string, (token: string, index: number) => object> = {
  '/prices': (_, price) => ({ price }),
  '/v1/chat/completions': (content) => ({
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { content } }],
  }),
  '/v1/responses': (delta, index) => ({
    type: 'response.output_text.delta',
    sequence_number: index,
    response: { id: 'r1' },
    delta,
  }),
}

export const runningServer = createServer((request, response) => {
  const path = request.url!.split('?')[0]!
  const file = files.get(path)
  if (path === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE)
  } else if (file) {
    response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(file)
  } else {
    answer(request, response, path)
  }
})

function answer(request: IncomingMessage, response: ServerResponse, path: string): void {
  if (/\/(cancel|stop|ack)$/.test(path)) {
    response.writeHead(204).end()
    return
  }
  const dataOf = STREAMS[path]
  const data = TOKENS.map((token, index) => (dataOf ? JSON.stringify(dataOf(token, index)) : token))
  const id = Number(request.headers['last-event-id'] ?? -1)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-job': 'j1' })
  for (const [index, text] of data.entries()) {
    if (index > id) response.write(`id: ${index}\ndata: ${text}\n\n`)
  }
  // Of the two ends of the examples each knows its own.
  if (path === '/v1/responses') response.write('event: response.completed\ndata: {}\n\n')
  response.end('data: [DONE]\n\n')
}

export async function prepareExamples(): Promise<void> {
  files = await bundleExamples()
}

/** What the examples leave out, as `ambient.d.ts` declares it. */
const AMBIENT = `
  var shown = []
  var opened = []
  const show = (text) => shown.push(text)
  const answer = document.querySelector('p')
  const stopButton = document.querySelector('button')
  const [userId, sessionId, question, model] = ['ann', 's1', 'Hi', 'm1']
  const [authorization, body] = ['Bearer t', '{}']
  const headers = {}
  const { signal } = new AbortController()
  const messages = [{ role: 'user', content: 'Hi' }]
  const getToken = async () => 't'`

/** Runs in the page. */
const RUN = `
  const problems = []
  addEventListener('error', ({ message }) => problems.push(message))
  addEventListener('unhandledrejection', ({ reason }) => problems.push(String(reason)))

  const results = []
  for (const [index, { place, shows }] of examples.entries()) {
    window.current = place
    let stop
    try {
      const example = await import('/example-' + index + '.js')
      if (example.mount) {
        const element = document.querySelector('main')
        stop = example.mount(element)
        await until(() => element.childElementCount > 0 || element.textContent)
        for (const button of element.querySelectorAll('button')) if (button.textContent === 'Ask') button.click()
        await until(() => element.textContent.includes('Sluice'))
      }
      if (shows) await until(() => shown.length > 0 || answer.textContent)
      for (const stream of opened) {
        // Nobody may read it, and then it ends when it is closed.
        await stream.opened.catch(() => {})
        stream.close()
        const { type, error } = await stream.closed
        if (type === 'failed') problems.push(String(error))
      }
    } catch (error) {
      problems.push(String(error))
    }
    stop?.()
    await new Promise((resolve) => setTimeout(resolve))
    results.push({ place, problems: problems.splice(0) })
    shown.length = opened.length = 0
    answer.textContent = ''
  }
  window.results = results

  async function until(isSo) {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
  }`

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<button></button><p></p><main></main>
<script>${AMBIENT}</script>
<script type="module">
  const examples = ${JSON.stringify(
    EXAMPLES.map(({ place, code }) => ({
      place,
      shows: /\bshow\(|answer\.(append|innerHTML)/.test(code),
    })),
  )}
  ${RUN}
</script>`
