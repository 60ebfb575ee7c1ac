// The smoke test of a worker: no document, no window, in some engines no animation frames.

import { openStream } from 'sluicegate'

const parameters = new URL(location.href).searchParams

async function smoke(): Promise<object> {
  const stream = openStream(parameters.get('stream') ?? '', {
    cancel: { url: parameters.get('sink') ?? '', body: { from: 'worker' } },
  })
  const { value: frame } = await stream.frames().next()
  const cancelled = await stream.cancel()
  return { frame, cancelled, outcome: await stream.closed }
}

postMessage(await smoke().catch((error: unknown) => ({ error: String(error) })))
