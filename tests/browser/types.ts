// Ours in the place of what they replace, by the compiler. Nothing here runs.

import type * as Microsoft from '@microsoft/fetch-event-source'
import { useEventSource, type UseEventSourceReturn } from '@vueuse/core'
import { EventSource, type EventSourceOptions, installEventSource } from 'sluicegate/eventsource'
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
