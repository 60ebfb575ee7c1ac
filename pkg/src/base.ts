import { StreamError } from './error.js'

/**
 * A class of the platform to extend. Where there is none, the package can be imported all the same.
 *
 * @param instead what to do without it, for the error
 */
export function baseOf<Name extends 'Event' | 'EventTarget' | 'TransformStream'>(
  name: Name,
  instead: string,
): (typeof globalThis)[Name] {
  class Missing {
    constructor() {
      throw new StreamError('unsupported', `this host has no ${name}: ${instead}`)
    }
  }
  return globalThis[name] ?? Missing
}
