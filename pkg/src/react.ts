'use client'
/** `useEventStream` for React 18 and 19. */

import { useEffect, useInsertionEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { StreamControls, StreamSnapshot, UseEventStreamOptions } from './store/options.js'
import { StreamStore } from './store/store.js'

export type {
  EventStreamStatus,
  EventText,
  StartOptions,
  StreamControls,
  StreamSnapshot,
  TextPart,
  TextReader,
  UseEventStreamOptions,
} from './store/options.js'

/** What `useEventStream` returns: the snapshot's members, and the controls. */
export type UseEventStreamReturn = StreamSnapshot & StreamControls

/**
 * A stream of server-sent events as state, which changes once an animation frame at most.
 *
 * It ends with the component. The backend is told of that, and of a new start amid a run, only if
 * `cancel.on` has `'return'`. URL and options are those of the latest render, read at each start; a
 * change of the URL alone starts anew, and only with `immediate`.
 *
 * @param url absolute, or relative to the page
 */
export function useEventStream(
  url: string | URL,
  options: UseEventStreamOptions = {},
): UseEventStreamReturn {
  const latest = useRef({ url, options })
  // Before all other effects, which may call `start`; not in a render, which may come to nothing.
  useInsertionEffect(() => {
    latest.current = { url, options }
  })
  const [{ store, controls }] = useState(() => {
    const store = new StreamStore()
    const controls: StreamControls = {
      start: (overrides) => {
        const { url, options } = latest.current
        store.start(url, { ...options, ...overrides })
      },
      cancel: (reason) => store.cancel(reason),
    }
    return { store, controls }
  })
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot)

  const mounts = useRef(0)
  useEffect(() => {
    const mount = ++mounts.current
    store.activate()
    return () => {
      // StrictMode mounts anew at once: a stream that was started meanwhile stays.
      queueMicrotask(() => mount === mounts.current && store.deactivate())
    }
  }, [store])

  const wanted = (options.immediate ?? true) ? String(url) : undefined
  useEffect(() => {
    if (wanted === undefined) return undefined
    let isCurrent = true
    // In StrictMode the first of two mounts is over before this is due.
    queueMicrotask(() => isCurrent && controls.start())
    return () => {
      isCurrent = false
    }
  }, [wanted, controls])

  return { ...snapshot, ...controls }
}
