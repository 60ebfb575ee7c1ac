const BINS = 80
const FIRST_WIDTH_MS = 25

/**
 * When events arrived, as a histogram over the whole life of a stream. It keeps a fixed number of bins: when time
 * runs past the last one, neighbours are joined and each bin covers twice as long.
 */
export class Arrivals {
  #bins: number[] = Array.from({ length: BINS }, () => 0)
  #widthMs = FIRST_WIDTH_MS

  /** Counts one event that arrived `ms` milliseconds after the start. */
  add(ms: number): void {
    while (ms >= this.spanMs) this.#widen()
    const bin = Math.floor(ms / this.#widthMs)
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1
  }

  /** The time that all bins cover together, in milliseconds. */
  get spanMs(): number {
    return BINS * this.#widthMs
  }

  /** A copy of the counts, oldest first. */
  get bins(): number[] {
    return [...this.#bins]
  }

  #widen(): void {
    this.#bins = this.#bins.map((_, i) => (this.#bins[2 * i] ?? 0) + (this.#bins[2 * i + 1] ?? 0))
    this.#widthMs *= 2
  }
}
