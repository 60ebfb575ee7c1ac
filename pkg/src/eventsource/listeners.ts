/** The listeners of a source, which keep it alive (WHATWG HTML, 9.2.9). */
export class Listeners {
  readonly #byType = new Map<string, Set<unknown>>()

  /** Listeners with `once` or a `signal` count until they are removed by hand. */
  get areAny(): boolean {
    return this.#byType.size > 0
  }

  add(type: string, listener: unknown, options: unknown): void {
    if (listener == null) return
    const key = keyOf(type, options)
    this.#byType.set(key, (this.#byType.get(key) ?? new Set()).add(listener))
  }

  remove(type: string, listener: unknown, options: unknown): void {
    const key = keyOf(type, options)
    const listeners = this.#byType.get(key)
    if (listeners?.delete(listener) && listeners.size === 0) this.#byType.delete(key)
  }
}

/** The same function may listen twice to a type: capturing and not. */
function keyOf(type: string, options: unknown): string {
  const { capture } = Object(options) as { capture?: unknown }
  return `${typeof options === 'boolean' ? options : Boolean(capture)} ${type}`
}

/** Any object is kept, as `[LegacyTreatNonObjectAsNull]` of Web IDL has it; only functions are called. */
type HandlerValue = object | null

/** `onopen`, `onmessage` and `onerror`: event handler IDL attributes (WHATWG HTML, 8.1.8.1). */
export class Handlers {
  readonly #handlers = new Map<string, { value: object; listener: (event: Event) => void }>()

  get(type: string): HandlerValue {
    return this.#handlers.get(type)?.value ?? null
  }

  /** A new function takes the place in line of the old one; after `null`, the end of the line. */
  set(target: EventTarget, type: string, value: unknown): void {
    const known = this.#handlers.get(type)
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') {
      if (known) target.removeEventListener(type, known.listener)
      this.#handlers.delete(type)
    } else if (known) {
      known.value = value
    } else {
      const handler = {
        value: value as object,
        listener: (event: Event) => {
          if (typeof handler.value === 'function') handler.value.call(event.currentTarget, event)
        },
      }
      this.#handlers.set(type, handler)
      target.addEventListener(type, handler.listener)
    }
  }
}
