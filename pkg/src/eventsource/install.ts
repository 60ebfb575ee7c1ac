import { EventSource } from './event-source.js'
import type { EventSourceOptions } from './options.js'

/** The options of `installEventSource`. */
export interface InstallOptions {
  /** The default of the option `share` of sources. Default: `false`. */
  share?: boolean
}

/**
 * Replaces the global `EventSource`, for code that uses that one.
 *
 * @param scope the window or worker, also of another realm. Default: `globalThis`
 * @returns a function that restores the previous one
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
