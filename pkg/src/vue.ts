/** `useEventStream` for Vue 3.3 and newer. */

import {
  getCurrentInstance,
  getCurrentScope,
  type MaybeRefOrGetter,
  onMounted,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
  toValue,
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
  TextReader,
  UseEventStreamOptions,
} from './store/options.js'

/** What `useEventStream` returns: a shallow ref for each member of the snapshot, and the controls. */
export type UseEventStreamReturn = StreamControls & {
  readonly [Member in keyof StreamSnapshot]: Readonly<ShallowRef<StreamSnapshot[Member]>>
}

/**
 * A stream of server-sent events as refs, which change once an animation frame at most.
 *
 * It ends with the component or the effect scope. The backend is told of that, and of a new start
 * amid a run, only if `cancel.on` has `'return'`. URL and options are read at each start; a change
 * of the URL alone starts anew, and only with `immediate`.
 *
 * @param url absolute, or relative to the page
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
  function followUrl(): void {
    const wanted = () => ((toValue(options).immediate ?? true) ? String(toValue(url)) : undefined)
    watch(wanted, (href) => href !== undefined && controls.start(), { immediate: true })
  }
  // What is rendered on a server and in the browser at first has to be the same.
  if (getCurrentInstance()) onMounted(followUrl)
  else if (typeof window !== 'undefined') followUrl()
  if (getCurrentScope()) onScopeDispose(() => store.deactivate())
  return { ...refs, ...controls }
}
