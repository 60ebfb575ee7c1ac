import { openStream } from 'sluicegate'

let stream

addEventListener('message', (message) => {
  // In a service worker the page is the message's source.
  const page = message.source ?? self
  const done = message.data === 'stop' ? stop(page) : relay(message.data, page)
  message.waitUntil?.(done)
})

async function relay({ chat, cancel }, page) {
  stream = openStream(chat, { method: 'POST', body: { prompt: 'Hello' }, cancel: { url: cancel } })
  for await (const event of stream) page.postMessage({ text: event.data })
}

async function stop(page) {
  page.postMessage({ outcome: await stream.cancel() })
}
