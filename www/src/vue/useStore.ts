import type { ReadableAtom } from 'nanostores'
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'

/** A store's value as a ref of the component. */
export function useStore<T>(store: ReadableAtom<T>): Readonly<ShallowRef<T>> {
  const value = shallowRef(store.get())
  onScopeDispose(store.subscribe((now) => (value.value = now as T)))
  return value
}
