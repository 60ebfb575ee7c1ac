// The page's own timers are counted (see leftovers.ts); those of the tests must not be.
import { setTimeout } from './leftovers.js'

/** How long something may take that is to come, in milliseconds. */
const PATIENCE = 30_000
const INTERVAL = 10

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds))
}

/** Looks again and again until `look` throws no more, and returns its value. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  patience: number = PATIENCE,
): Promise<T> {
  const end = performance.now() + patience
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (performance.now() > end) throw error
    }
    await pause(INTERVAL)
  }
}
