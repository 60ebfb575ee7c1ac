import { setTimeout as delay } from 'node:timers/promises'

/** Waits for something to become true; the test's own time-out ends that. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2)
}
