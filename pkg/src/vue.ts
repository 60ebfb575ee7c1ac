/** `useEventStream` for Vue 3.3 and newer. */

import {
  type ComponentInternalInstance,
  type EffectScope,
  getCurrentInstance,
  getCurrentScope,
  type MaybeRefOrGetter,
  onActivated,
  onDeactivated,
  onMounted,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
  toValue,
  warn,
  watch,
} from 'vue'
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

/** The result of `useEventStream`: a shallow ref per member of the snapshot, and the controls. */
export type UseEventStreamReturn = StreamControls & {
  readonly [Member in keyof StreamSnapshot]: Readonly<ShallowRef<StreamSnapshot[Member]>>
}

/**
 * Reads a stream of server-sent events into refs, which change at most once per animation frame.
 *
 * The stream ends with the component or the effect scope. The backend is notified of that, and of a
 * new start during a run, only if `cancel.on` lists `'return'`. URL and options are read at each start.
 * A change of the URL restarts the stream if `immediate` is set; a change of the options does not.
 *
 * Inside `<KeepAlive>`, a deactivated component continues to read. Activating it sends no request
 * unless the URL has changed in between.
 *
 * Call it in `setup()` before the first `await`, or in an effect scope. Elsewhere nothing stops the
 * stream when the component is unmounted; Vue warns about that in development.
 *
 * @param url the URL, absolute or relative to the page
 * @param options as for `openStream`, and how the stream is shown
 */
export function useEventStream(
  url: MaybeRefOrGetter<string | URL>,
  options: MaybeRefOrGetter<UseEventStreamOptions> = {},
): UseEventStreamReturn {
  const store = new StreamStore()
  const { events, last, text, status, error, stats } = store.getSnapshot()
  const refs = {
    events: shallowRef(events),
    last: shallowRef(last),
    text: shallowRef(text),
    status: shallowRef(status),
    error: shallowRef(error),
    stats: shallowRef(stats),
  }
  store.subscribe(() => {
    const snapshot = store.getSnapshot()
    refs.events.value = snapshot.events
    refs.last.value = snapshot.last
    refs.text.value = snapshot.text
    refs.error.value = snapshot.error
    refs.stats.value = snapshot.stats
    refs.status.value = snapshot.status
  })

  const controls: StreamControls = {
    start: (overrides) => store.start(toValue(url), { ...toValue(options), ...overrides }),
    cancel: (reason) => store.cancel(reason),
  }
  const isHidden = shallowRef(false)
  function followUrl(): void {
    let href: string | undefined
    let isResumed = store.resume(toValue(options))
    const wanted = () => {
      // A deactivated component keeps what it has: what changes meanwhile counts once it is back.
      if (!isHidden.value) {
        href = (toValue(options).immediate ?? true) ? String(toValue(url)) : undefined
      }
      return href
    }
    watch(
      wanted,
      (href) => {
        if (href !== undefined && !isResumed) controls.start()
        isResumed = false
      },
      { immediate: true },
    )
  }

  const scope = getCurrentScope()
  // Vue's types leave the instance's scope out.
  const current = getCurrentInstance() as
    (ComponentInternalInstance & { scope: EffectScope }) | null
  // A scope of its own, such as a Pinia store's, outlives the component that was first to use it.
  const instance = current?.scope === scope ? current : null
  if (instance) {
    onActivated(() => (isHidden.value = false))
    onDeactivated(() => (isHidden.value = true))
  }
  // What is rendered on a server and in the browser at first has to be the same.
  if (instance && !instance.isMounted) onMounted(followUrl)
  else if (typeof window !== 'undefined') {
    if (instance === current) followUrl()
    // Once the component that was first has taken over what the server rendered.
    else void Promise.resolve().then(() => scope?.active && scope.run(followUrl))
  }
  if (scope) onScopeDispose(() => store.deactivate())
  else {
    warn(
      'useEventStream() was called outside of setup() and of an effect scope, such as after an ' +
        '`await`: nothing will stop the stream when the component is unmounted. Call it before ' +
        'the first `await`, or in an effectScope() that you stop.',
    )
  }
  return { ...refs, ...controls }
}
