import { EventSource } from './event-source.js'

/**
 * Puts our `EventSource` in the place of the global one, for code that names no other.
 *
 * @param scope the window or worker, or another realm's
 * @returns a function that puts the old one back
 */
export function installEventSource(scope: object = globalThis): () => void {
  const before = Object.getOwnPropertyDescriptor(scope, 'EventSource')
  const attributes = { writable: true, configurable: true, enumerable: false }
  Object.defineProperty(scope, 'EventSource', { value: EventSource, ...attributes })
  return () => {
    if (before) Object.defineProperty(scope, 'EventSource', before)
    else Reflect.deleteProperty(scope, 'EventSource')
  }
}
