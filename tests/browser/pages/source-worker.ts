// A dedicated or a shared worker with a source.

import { open } from './source.js'

if ('onconnect' in globalThis) {
  addEventListener('connect', (event) => {
    const port = (event as MessageEvent).ports[0]!
    const source = open((line) => port.postMessage(line))
    port.addEventListener('message', () => {
      source.close()
      close()
    })
    port.start()
  })
} else {
  open((line) => postMessage(line))
}
