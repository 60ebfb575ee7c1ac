const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * Where every implementation hands each event that it decoded. It proves that no work was dropped:
 * two runs that agree on `check` saw the same events.
 *
 * While the clock runs it reads the length and one character of each event (so that a lazily built
 * string has to exist), the same for all. A `thorough` one, used only in warm-up, hashes every
 * character of every event and its type.
 */
export class Sink {
  /** Events so far. */
  events = 0
  /** UTF-16 code units of data so far. */
  length = 0
  #hash = FNV_OFFSET
  /** Whether all the text is hashed, and not one character an event. */
  readonly thorough: boolean

  constructor(thorough: boolean) {
    this.thorough = thorough
  }

  /**
   * Takes one event.
   * @param data its data
   * @param type its type; nothing or empty means `message`
   */
  add(data: string, type: string | null | undefined): void {
    this.events += 1
    this.length += data.length
    if (this.thorough) {
      this.#hash = hashText(hashText(this.#hash, type || 'message'), data)
    } else {
      this.#hash = Math.imul(this.#hash ^ data.charCodeAt(data.length >> 1), FNV_PRIME)
    }
  }

  /** Events, length and hash in one string. */
  get check(): string {
    return `${this.events}-${this.length}-${(this.#hash >>> 0).toString(16).padStart(8, '0')}`
  }
}

/** FNV-1a over UTF-16 code units, with the length in front so that texts in a row can't run together. */
function hashText(hash: number, text: string): number {
  hash = Math.imul(hash ^ text.length, FNV_PRIME)
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  return hash
}
