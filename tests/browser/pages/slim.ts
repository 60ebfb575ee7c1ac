// A page that says itself where the module is. Its report goes to the page around it.

import * as slim from 'sluicegate/slim'
import { smoke } from '../support/smoke.js'

const parameters = new URL(location.href).searchParams

const { error } = await slim.openStream('/').closed
const early = slim.isStreamError(error) ? [error.code, error.message] : error
const from = parameters.get('from') ?? ''
const FILE = '/site/sluicegate.wasm'
if (from === 'late') {
  // There is a module once there is a response.
  let provide!: (url: string) => void
  slim.init(new Promise((resolve) => (provide = resolve)))
  const stream = slim.openStream(parameters.get('stream') ?? '', {
    fetch: async (...request) => {
      const response = await fetch(...request)
      provide(FILE)
      return response
    },
  })
  await stream.next()
  stream.close()
} else {
  slim.init(
    {
      url: FILE,
      response: fetch(FILE),
      bytes: fetch(FILE).then((response) => response.arrayBuffer()),
      missing: '/site/nothing.wasm',
    }[from]!,
  )
}
const result = await smoke(slim).catch((reason: unknown) => ({ error: String(reason) }))
parent.postMessage({ early, result }, '*')
