import type { Start } from './stream/position.js'

/** What is kept of an answer while it runs: no text, no prompt, no header. */
export interface Remembered extends Start {
  /** The `sessionId` of a chat. */
  session?: string | undefined
}

/** The owner of each name: a new answer takes the name over. */
const owners = new Map<string, Memory>()

/** Storage that is off, full or not there changes nothing but that nothing is kept. */
function store<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(sessionStorage)
  } catch {
    return undefined
  }
}

function keyOf(name: string): string {
  return `sluicegate:${name}`
}

/** Returns what is kept under a name, if an answer runs. */
export function recall(name: string): Remembered | undefined {
  return store((storage) => {
    const kept = JSON.parse(storage.getItem(keyOf(name))!) as Remembered
    // Anyone can write there: of other values, this is an exception or not a number.
    return kept.lastEventId.length + kept.events + kept.bytes >= 0 ? kept : undefined
  })
}

/** Keeps in `sessionStorage` where an answer is, for the page after a reload. */
export class Memory {
  readonly #name: string
  readonly #place: () => Remembered | undefined

  /** @param place returns nothing as long as there is no answer to continue */
  constructor(name: string, place: () => Remembered | undefined) {
    this.#name = name
    this.#place = place
    owners.set(name, this)
    globalThis.addEventListener?.('pagehide', this.keep)
  }

  readonly keep = (): void => {
    const place = owners.get(this.#name) === this ? this.#place() : undefined
    if (place) store((storage) => storage.setItem(keyOf(this.#name), JSON.stringify(place)))
  }

  /** The stream is over. The answer is forgotten, unless it `runs` on. */
  end(runs: boolean): void {
    globalThis.removeEventListener?.('pagehide', this.keep)
    if (owners.get(this.#name) !== this) return
    if (runs) this.keep()
    else this.forget()
    owners.delete(this.#name)
  }

  forget(): void {
    store((storage) => storage.removeItem(keyOf(this.#name)))
  }
}
