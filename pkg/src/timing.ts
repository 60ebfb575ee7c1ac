/** Milliseconds, on the best clock that there is. */
export function now(): number {
  return (globalThis.performance ?? Date).now()
}
