/** The pages before and after moving to Sluicegate, and the server that they ask. */

import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { build } from 'esbuild'
import { BLOCKS, titled } from './blocks.js'

export const TOKENS = ['Sluice', 'gates', 'open', 'slowly']
export const QUESTION = 'How do sluice gates open?'

export const LIBRARIES = BLOCKS.map(({ title }) => /^before: (.*)$/.exec(title)?.[1] ?? '').filter(
  Boolean,
)

const pages = new Map<string, string>()

/** What the streams were asked for with. */
export const questions: string[] = []

export const movingServer = createServer(async (request, response) => {
  if (request.url === '/chat') {
    questions.push(await text(request))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(TOKENS.map((token) => `data: ${token}\n\n`).join(''))
  } else if (request.url === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const token of TOKENS) response.write(`event: token\ndata: ${token}\n\n`)
    // It stays open: the page has to leave.
    response.write('event: end\ndata\n\n')
  } else {
    const page = pages.get(decodeURIComponent(request.url ?? ''))
    response.writeHead(page ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' }).end(page)
  }
})

/** Makes the pages `/before LIBRARY` and `/after LIBRARY`. */
export async function makePages(): Promise<void> {
  for (const library of LIBRARIES) {
    for (const when of ['before', 'after']) {
      pages.set(`/${when} ${library}`, await pageOf(titled(`${when}: ${library}`)))
    }
  }
}

async function pageOf(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  return `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<button></button>
<script>
  var shown = []
  const show = (data) => shown.push(data)
  const stopButton = document.querySelector('button')
  const question = ${JSON.stringify(QUESTION)}
  const sessionId = 'readme'
</script>
<script type="module">${outputFiles[0]!.text.replaceAll('</script', '<\\/script')}</script>`
}
