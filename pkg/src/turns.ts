/** Lets overlapping calls wait for each other: they are answered in order. */
export class Turns {
  /** The calls that wait, and the last of them. */
  #waiting = 0
  #last: Promise<unknown> | undefined

  /** Whether nobody waits. */
  get areFree(): boolean {
    return this.#waiting === 0
  }

  /** Does the work when all that was asked for before is answered: at once, if nobody waits. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const answer = this.#waiting++ === 0 ? work() : this.#last!.then(work)
    this.#last = answer.then(this.#release, this.#release)
    return answer
  }

  readonly #release = (): void => {
    if (--this.#waiting === 0) this.#last = undefined
  }
}
