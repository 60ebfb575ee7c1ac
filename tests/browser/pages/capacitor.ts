// A page of a Capacitor app with the option `CapacitorHttp`. Its report goes to the page around it.

import '../capacitor/native-side.js'
import '@capacitor/android/capacitor/src/main/assets/native-bridge.js'
import { openStream } from 'sluicegate'

const { CapacitorWebFetch } = globalThis as unknown as { CapacitorWebFetch: typeof fetch }
const parameters = new URL(location.href).searchParams
const [stream, sink, signal] = ['stream', 'sink', 'signal'].map((name) => parameters.get(name)!)

const options = { method: 'POST', body: { prompt: 'x' } }

/** What came before the server was allowed to continue, and what came in all. */
async function read(): Promise<object> {
  const events: string[] = []
  const chat = openStream(stream!, options)
  const reading = (async () => {
    for await (const event of chat) events.push(event.data)
  })()
  // The server has sent its first event by then: it waits for a signal behind it.
  await CapacitorWebFetch(signal!, { method: 'POST' })
  await reading
  return { events, type: (await chat.closed).type }
}

/** The same over the browser's own `fetch`, cancelled while the server waits. */
async function cancel(): Promise<object> {
  const chat = openStream(stream!, { ...options, fetch: CapacitorWebFetch, cancel: { url: sink! } })
  const first = (await chat.next()).value?.data
  return { first, result: await chat.cancel() }
}

const report = {
  isPatched: fetch !== CapacitorWebFetch,
  patched: await read(),
  own: await cancel(),
}
parent.postMessage(report, '*')
