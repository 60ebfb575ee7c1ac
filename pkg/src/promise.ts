/** Whether a value is a promise, of whatever realm or library. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | undefined)?.then === 'function'
}

/**
 * Calls `next` with a value: at once, unless it is a promise. What a page sends while it goes away
 * has to leave before the next microtask.
 */
export function chain<T, R>(
  value: T | PromiseLike<T>,
  next: (value: T) => R | PromiseLike<R>,
): R | PromiseLike<R> {
  // oxlint-disable-next-line promise/no-callback-in-promise -- to call it in both cases is the point
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value)
}
