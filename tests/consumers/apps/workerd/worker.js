import module from 'sluicegate/sluicegate.wasm'
import { init, openStream } from 'sluicegate/slim'

init(module)

export default {
  /** Answers with the text as it comes, a piece a line, and ends the work after so many pieces. */
  async fetch(request, env, context) {
    const { chat, cancel, pieces } = Object.fromEntries(new URL(request.url).searchParams)
    const { readable, writable } = new TransformStream()
    context.waitUntil(relay(chat, cancel, Number(pieces), writable.getWriter()))
    return new Response(readable)
  },
}

async function relay(chat, cancel, pieces, writer) {
  const encoder = new TextEncoder()
  const print = (line) => writer.write(encoder.encode(`${line}\n`))
  const stream = openStream(chat, {
    method: 'POST',
    body: { prompt: 'Hello' },
    cancel: { url: cancel },
  })
  for await (const event of stream) {
    await print(event.data)
    if (--pieces === 0) await print(JSON.stringify(await stream.cancel()))
  }
  await writer.close()
}
