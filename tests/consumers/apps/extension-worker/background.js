// Without `'wasm-unsafe-eval'` in the manifest, which has no policy of its own.
import { openStream } from 'sluicegate/compat'

chrome.runtime.onConnect.addListener((page) => {
  let stream
  page.onMessage.addListener(async (message) => {
    if (message === 'stop') {
      page.postMessage({ outcome: await stream.cancel() })
      return
    }
    const { chat, cancel } = message
    stream = openStream(chat, {
      method: 'POST',
      body: { prompt: 'Hello' },
      cancel: { url: cancel },
    })
    for await (const event of stream) page.postMessage({ text: event.data })
  })
})
