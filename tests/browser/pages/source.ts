// A page or a worker with a source, the browser's own or ours, that posts what comes.

import { EventSource as Ours } from 'sluicegate/eventsource'

/** Opens the source that the address names. */
export function open(post: (line: string) => void): EventSource {
  const parameters = new URL(location.href).searchParams
  const Chosen = parameters.get('class') === 'ours' ? Ours : globalThis.EventSource
  const source = new Chosen(parameters.get('stream') ?? '')
  if (parameters.has('url')) post(`url ${source.url}`)
  source.onopen = () => post(`open ${source.readyState}`)
  source.onmessage = ({ data }) => {
    post(`message ${data}`)
    if (parameters.has('throws')) throw new Error(data)
  }
  source.onerror = () => post(`error ${source.readyState}`)
  if (parameters.has('violations')) {
    addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      post(`violation ${effectiveDirective}`)
    })
  }
  return source
}

if ('document' in globalThis) {
  const post = (line: string) => parent.postMessage(line, '*')
  addEventListener('error', ({ error }: ErrorEvent) => post(`thrown ${error.message}`))
  open(post)
}
