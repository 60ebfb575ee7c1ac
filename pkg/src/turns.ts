/** Lets overlapping calls wait for each other: they are answered in order. */
export class Turns {
  /** The calls that wait, and the last of them. */
  #waiting = 0
  #last: Promise<unknown> | undefined

  /** Whether nobody waits. */
  get areFree(): boolean {
    return this.#waiting === 0
  }

  /** Does the work when all that was asked for before is answered. */
  take<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++
    const answer = this.#workAfter(this.#last, work)
    this.#last = answer.catch(() => undefined)
    return answer
  }

  async #workAfter<T>(turn: Promise<unknown> | undefined, work: () => Promise<T>): Promise<T> {
    try {
      if (turn) await turn
      return await work()
    } finally {
      if (--this.#waiting === 0) this.#last = undefined
    }
  }
}
