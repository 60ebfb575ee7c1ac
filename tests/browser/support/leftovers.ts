/** Counts the timers and listeners that are set and not yet gone, whoever sets them. */

// The window's types: those of Node's timers are in sight, too.
const native = {
  setTimeout: window.setTimeout.bind(window),
  clearTimeout: window.clearTimeout.bind(window),
  add: EventTarget.prototype.addEventListener,
  remove: EventTarget.prototype.removeEventListener,
}

/** The function itself: its timers are not counted. */
export const { setTimeout } = native

const timers = new Set<number>()
let listeners = 0

window.setTimeout = ((handler: TimerHandler, delay?: number, ...args: unknown[]) => {
  const id = native.setTimeout(() => {
    timers.delete(id)
    if (typeof handler === 'function') handler(...args)
  }, delay)
  timers.add(id)
  return id
}) as typeof window.setTimeout

window.clearTimeout = ((id: number) => {
  timers.delete(id)
  native.clearTimeout(id)
}) as typeof window.clearTimeout

type Listener = EventListenerOrEventListenerObject | null
const held = new WeakMap<EventTarget, Map<string, Set<Listener>>>()

/** Whether a change to the listeners of a target was one. */
function isNew(target: EventTarget, type: string, listener: Listener): boolean {
  const types = held.get(target) ?? new Map<string, Set<Listener>>()
  held.set(target, types)
  const set = types.get(type) ?? new Set()
  types.set(type, set)
  if (set.has(listener)) return false
  set.add(listener)
  return true
}

/** Of these, listeners go with the object that they belong to. */
function isOwn(target: EventTarget): boolean {
  return target instanceof MessagePort || String(target) === '[object EventSource]'
}

function forget(target: EventTarget, type: string, listener: Listener): void {
  if (held.get(target)?.get(type)?.delete(listener)) listeners--
}

EventTarget.prototype.addEventListener = function (
  this: EventTarget | undefined,
  type: string,
  listener: Listener,
  options?: AddEventListenerOptions | boolean,
) {
  const target = this ?? globalThis
  native.add.call(target, type, listener, options)
  if (listener === null || isOwn(target) || !isNew(target, type, listener)) return
  listeners++
  if (typeof options !== 'object') return
  const forgetIt = () => forget(target, type, listener)
  if (options.once) native.add.call(target, type, forgetIt, { once: true })
  if (options.signal) native.add.call(options.signal, 'abort', forgetIt, { once: true })
}

EventTarget.prototype.removeEventListener = function (
  this: EventTarget | undefined,
  type: string,
  listener: Listener,
  options?: EventListenerOptions | boolean,
) {
  const target = this ?? globalThis
  native.remove.call(target, type, listener, options)
  forget(target, type, listener)
}

/** How many timers run, and how many listeners are there, of windows, documents, signals and all else. */
export function leftovers(): { timers: number; listeners: number } {
  return { timers: timers.size, listeners }
}
