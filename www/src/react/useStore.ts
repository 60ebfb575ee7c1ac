import type { ReadableAtom } from 'nanostores'
import { useSyncExternalStore } from 'react'

/** A store's value, and a new rendering whenever it changes. */
export function useStore<T>(store: ReadableAtom<T>): T {
  return useSyncExternalStore<T>(store.listen, store.get, store.get)
}
