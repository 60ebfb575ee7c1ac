// A service worker with a source.

import { open } from './source.js'

addEventListener('message', ({ ports: [port] }: MessageEvent) => {
  const source = open((line) => port!.postMessage(line, []))
  port!.addEventListener('message', () => source.close())
  port!.start()
})
