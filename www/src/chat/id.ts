/** A random, unguessable id. Unlike `crypto.randomUUID`, it also works on a page that a phone opens over plain HTTP. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
