'use client'
/** `useEventStream` for React 18 and 19. */

import * as React from 'react'
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
  RunReader,
  TextReader,
  UseEventStreamOptions,
} from './store/options.js'

/**
 * Runs with the component's life. `<Activity>` ends other effects while it hides a component, but not
 * insertion effects. Before there was `<Activity>`, React did not end insertion effects when it
 * removed what `<Suspense>` had hidden.
 */
const useLifetime = 'Activity' in React ? useInsertionEffect : useEffect

/** The result of `useEventStream`: the members of the snapshot, and the controls. */
export type UseEventStreamReturn = StreamSnapshot & StreamControls

/**
 * Reads a stream of server-sent events into state, which changes at most once per animation frame.
 *
 * The stream ends with the component. The backend is notified of that, and of a new start during a
 * run, only if `cancel.on` lists `'return'`. URL and options of the latest render are read at each
 * start. A change of the URL restarts the stream if `immediate` is set; a change of the options does
 * not.
 *
 * Inside `<Activity>`, a hidden component continues to read. Showing it sends no request unless the
 * URL has changed in between.
 *
 * @param url the URL, absolute or relative to the page
 * @param options as for `openStream`, and how the stream is shown
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
  useLifetime(() => {
    const mount = ++mounts.current
    store.activate()
    return () => {
      // StrictMode and Fast Refresh mount again at once: a stream that was started meanwhile stays.
      queueMicrotask(() => mount === mounts.current && store.deactivate())
    }
  }, [store])

  const wanted = (options.immediate ?? true) ? String(url) : undefined
  const followed = useRef<string>(undefined)
  const isMounted = useRef(false)
  useEffect(() => {
    let isCurrent = true
    // In StrictMode the first of two mounts is over before this is due.
    queueMicrotask(() => {
      // Effects also run again when a component is shown again or refreshed.
      if (!isCurrent) return
      const isResumed = !isMounted.current && store.resume(latest.current.options)
      isMounted.current = true
      if (wanted === followed.current) return
      followed.current = wanted
      if (wanted !== undefined && !isResumed) controls.start()
    })
    return () => {
      isCurrent = false
    }
  }, [wanted, store, controls])

  return { ...snapshot, ...controls }
}
