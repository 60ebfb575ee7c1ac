// The smoke test of a page with a strict content security policy. Its report goes to the page around it.

import { createDecoder, decode, openStream } from 'sluicegate'

const violations: string[] = []
addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective))

const parameters = new URL(location.href).searchParams

async function smoke(): Promise<object> {
  const stream = openStream(parameters.get('stream') ?? '', {
    method: 'POST',
    body: { prompt: 'x' },
    cancel: { url: parameters.get('sink') ?? '', body: { id: 1 } },
  })
  const first = await stream.next()
  const cancelled = await stream.cancel()
  const outcome = await stream.closed

  const decoded: string[] = []
  for await (const event of decode('data: a\n\ndata: b\n\n')) decoded.push(event.data)
  const decoder = await createDecoder()
  const pushed = decoder.push(new TextEncoder().encode('data: c\n\n'))
  decoder.free()
  return { first: first.value, cancelled, outcome, decoded, pushed }
}

/** Whether the policy is in force at all: what it forbids. */
function forbids(what: () => unknown): boolean {
  try {
    what()
    return false
  } catch {
    return true
  }
}

const result = await smoke().catch((error: unknown) => ({ error: String(error) }))
const during = [...violations]
const probes = {
  // oxlint-disable-next-line no-eval
  eval: forbids(() => (0, eval)('1')),
  html: forbids(() => {
    document.body.innerHTML = '<p>'
  }),
}
parent.postMessage({ result, violations: during, probes }, '*')
