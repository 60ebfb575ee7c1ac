/**
 * The bytes of a value, without a copy: of any view, `ArrayBuffer` or `SharedArrayBuffer`, and of a
 * string as UTF-8. `undefined` for anything else.
 *
 * Values are recognised by their shape, not by their class: they may come from an iframe, from jsdom or
 * from another copy of a library.
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  // The usual case, of this realm.
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') return new TextEncoder().encode(value)
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  }
  return tagOf(value).endsWith('ArrayBuffer]') ? new Uint8Array(value as ArrayBuffer) : undefined
}

/** `'[object Map]'` for a `Map` of any realm. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value)
}
