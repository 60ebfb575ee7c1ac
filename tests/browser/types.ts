// Ours in the place of what they replace, by the compiler. Nothing here runs.

import type * as Microsoft from '@microsoft/fetch-event-source'
import { useEventSource, type UseEventSourceReturn } from '@vueuse/core'
import { decode, openStream } from 'sluicegate'
import { EventSource, type EventSourceOptions, installEventSource } from 'sluicegate/eventsource'
import { createFetch } from 'sluicegate/fetch'
import * as Ours from 'sluicegate/fetch-event-source'

type Native = typeof globalThis.EventSource

/** The class, and a source. */
export const Class: Native = EventSource
globalThis.EventSource = EventSource
export const source: globalThis.EventSource = new EventSource('/')
export const uninstall: () => void = installEventSource()
export const uninstallers = [
  installEventSource({ share: true }),
  installEventSource(globalThis),
  installEventSource(globalThis, { share: true }),
]

/** What takes a native one takes ours. */
export const viaVueuse: UseEventSourceReturn<[]> = useEventSource('/')
viaVueuse.eventSource.value = new EventSource('/')

/** Listeners as apps write them. */
export function listen(ours: EventSource, native: globalThis.EventSource): void {
  for (const each of [ours, native]) {
    each.onopen = (event: Event) => event.type
    each.onmessage = ({ data, lastEventId, origin }: MessageEvent) => [data, lastEventId, origin]
    each.onmessage = function (event) {
      this.close()
      return event.data
    }
    each.onerror = () => each.readyState === EventSource.CLOSED
    each.onerror = null
    each.addEventListener('message', (event) => event.data)
    each.addEventListener('price', (event) => event.data, { once: true })
    each.addEventListener('price', { handleEvent: (event: Event) => event.type })
    each.removeEventListener('price', console.log)
  }
  const state: number = ours.CONNECTING | ours.OPEN | ours.CLOSED
  ours.onerror = ({ error, status, message }) => [error?.code, status, message, state]
  ours.addEventListener('error', ({ error }) => error?.status)
  // @ts-expect-error It can only be read.
  ours.readyState = 1
}

/** Options of the standard, of ours and of the polyfill. */
export const options: EventSourceOptions[] = [
  { withCredentials: true } satisfies EventSourceInit,
  { method: 'POST', body: { prompt: 'x' }, headers: () => ({ a: 'b' }), cancel: { url: '/stop' } },
  { headers: { a: 'b' }, heartbeatTimeout: 60_000, lastEventIdQueryParameterName: 'id' },
  // @ts-expect-error No such method.
  { method: 1 },
]

/** `@microsoft/fetch-event-source`: the call, its options and its messages. */
export const call: typeof Microsoft.fetchEventSource = Ours.fetchEventSource
export const type: typeof Microsoft.EventStreamContentType = Ours.EventStreamContentType
export const init = (theirs: Microsoft.FetchEventSourceInit): Ours.FetchEventSourceInit => theirs
export const message = (ours: Ours.EventSourceMessage): Microsoft.EventSourceMessage => ours

/** Functions that send requests, as apps, SDKs and Bun's types have them. */
type BunFetch = ((input: string | URL | Request, init?: RequestInit) => Promise<Response>) & {
  preconnect(url: string): void
}

export function send(
  bun: BunFetch,
  ofUrls: (url: string | URL, init?: RequestInit) => Promise<Response>,
  ofText: (url: string, init: RequestInit) => Promise<Response>,
): void {
  for (const fetch of [bun, ofUrls, globalThis.fetch]) {
    openStream('/', { fetch })
    openStream('/', { fetch: async (url, init) => fetch(url, { ...init, keepalive: false }) })
    void new EventSource('/', { fetch })
  }
  openStream('/', { fetch: ofText })
  void new EventSource('/', { fetch: (url, init) => ofUrls(url, init) })
  createFetch({ fetch: bun })
  createFetch({ fetch: async (input, init) => bun(input, init) })
  Ours.fetchEventSource('/', { fetch: bun })
}

/** What `fetch` takes, and callbacks that are async. */
export function ask(init: RequestInit, signal: AbortSignal | null): void {
  openStream('/', init)
  openStream('/', { ...init, signal, retry: { shouldRetry: async ({ status }) => status === 503 } })
  openStream('/', { onRetry: async ({ delay }) => console.log(delay) })
  Ours.fetchEventSource('/', {
    ...init,
    onmessage: async ({ data }) => console.log(data),
    onclose: async () => console.log('closed'),
    onerror: async ({ status }) => (status === 503 ? 1_000 : undefined),
  })
  decode(new SharedArrayBuffer(1))
}
