import { EventSource } from './event-source.js'
import type { EventSourceOptions } from './options.js'

/** What `installEventSource` takes besides the scope. */
export interface InstallOptions {
  /** What sources share that don't say it themselves: see `EventSourceOptions`. */
  share?: boolean
}

/**
 * Puts our `EventSource` in the place of the global one, for code that names no other.
 *
 * @param scope the window or worker, or another realm's
 * @returns a function that puts the old one back
 */
export function installEventSource(scope?: object, options?: InstallOptions): () => void
export function installEventSource(options: InstallOptions): () => void
export function installEventSource(
  first: object = globalThis,
  options: InstallOptions = first as InstallOptions,
): () => void {
  const isScope = first !== options || 'EventSource' in first || !('share' in first)
  const scope = isScope ? first : globalThis
  const isShared = (first !== options || !isScope) && options.share === true
  const before = Object.getOwnPropertyDescriptor(scope, 'EventSource')
  const value = isShared ? new Proxy(EventSource, { construct }) : EventSource
  const attributes = { writable: true, configurable: true, enumerable: false }
  Object.defineProperty(scope, 'EventSource', { value, ...attributes })
  return () => {
    if (before) Object.defineProperty(scope, 'EventSource', before)
    else Reflect.deleteProperty(scope, 'EventSource')
  }
}

/** Makes a source that shares its connection unless it says that it does not. */
function construct(target: typeof EventSource, args: unknown[], newTarget: Function): object {
  const init = (args[1] ?? {}) as EventSourceOptions
  const isDecided = args.length === 0 || Object(init) !== init || init.share !== undefined
  if (!isDecided) args = [args[0], Object.create(init, { share: { value: true } })]
  return Reflect.construct(target, args, newTarget) as object
}
