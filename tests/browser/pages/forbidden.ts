// A page whose policy forbids the stream that its address names. It posts what became of the call.

import type { StreamError } from 'sluicegate'
import { fetchEventSource } from 'sluicegate/fetch-event-source'

let violations = 0
addEventListener('securitypolicyviolation', () => violations++)
const stream = new URL(location.href).searchParams.get('stream') ?? ''
const report = await fetchEventSource(stream).catch(({ code, message }: StreamError) => ({
  violations,
  code,
  message,
}))
parent.postMessage(report, '*')
