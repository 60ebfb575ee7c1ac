import { StreamError } from '../error.js'

/** A class of the platform to extend. Where there is none, the package can be imported all the same. */
export function baseOf<Name extends 'Event' | 'EventTarget'>(
  name: Name,
): (typeof globalThis)[Name] {
  class Missing {
    constructor() {
      const message = `this host has no ${name}: load a polyfill before sluicegate, or use openStream()`
      throw new StreamError('unsupported', message)
    }
  }
  return globalThis[name] ?? Missing
}
