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

/** Returns `bytesOf` for the chunks of a stream, whose texts may be cut within a character. */
export function bytesOfChunks(): typeof bytesOf {
  /** The first half of a character, which waits for its other half. */
  let half = ''
  return (chunk) => {
    if (typeof chunk !== 'string') return bytesOf(chunk)
    const text = half + chunk
    ;[half] = /[\ud800-\udbff]?$/.exec(text.slice(-1)) as unknown as [string]
    return bytesOf(text.slice(0, text.length - half.length))
  }
}

/** `'[object Map]'` for a `Map` of any realm. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value)
}
