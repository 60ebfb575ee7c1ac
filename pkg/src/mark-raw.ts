/**
 * Keeps Vue from putting a proxy around the instances of a class, as its `markRaw` does for one
 * object: a proxy has none of their private members, so that each method would throw.
 */
export function markRaw(type: abstract new (...args: never[]) => object): void {
  Object.defineProperty(type.prototype, '__v_skip', { value: true })
}
