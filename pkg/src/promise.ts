/** Whether a value is a promise, of whatever realm or library. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | undefined)?.then === 'function'
}

/**
 * Calls `next` with a value: at once, unless it is a promise. What a page sends while it goes away
 * has to leave before the next microtask.
 */
export function then<T, R>(
  value: T | PromiseLike<T>,
  next: (value: T) => R | PromiseLike<R>,
): R | PromiseLike<R> {
  return isPromise(value) ? value.then(next) : next(value)
}
