import type { StreamHandle } from '../stream-handle.js'

/** Joins the bytes of responses where their blocks end, as the machine says. */
export class Joints {
  readonly #handOn: (bytes: Uint8Array) => void
  /** What this response has brought and was not handed on, and where in it that begins. */
  #rest: Uint8Array[] = []
  #start = 0
  #isLater = false
  /** Whether something of this response was handed on. */
  #isBegun = false
  /** Whether the last line has no line break. */
  #lacksEnd = false

  constructor(handOn: (bytes: Uint8Array) => void) {
    this.#handOn = handOn
  }

  /** Another response begins: what is left of the one before was no whole block. */
  begin(isLater: boolean): void {
    this.#rest = []
    this.#start = 0
    this.#isLater = isLater
    this.#isBegun = false
  }

  /** Takes a chunk that was decoded. Without one, the body has ended in an event. */
  take(machine: StreamHandle, chunk: Uint8Array | undefined): void {
    if (!chunk) {
      this.#isBegun = true
      this.flush()
      this.#lacksEnd = true
      return
    }
    this.#rest.push(chunk)
    const [whole, dropped] = machine.responseBytes
    // A byte order mark has a meaning at the start only.
    const isMarked = this.#isLater && this.#start === 0 && whole > 0 && startsWithMark(this.#rest)
    let skipped = Math.max(dropped!, isMarked ? 3 : 0) - this.#start
    while (this.#start < whole!) {
      const [piece] = this.#rest as [Uint8Array]
      const taken = piece.subarray(0, whole! - this.#start)
      this.#start += taken.length
      this.#give(taken.subarray(Math.max(skipped, 0)))
      skipped -= taken.length
      if (taken.length === piece.length) this.#rest.shift()
      // Of its own: the consumer may transfer what it gets.
      else this.#rest[0] = piece.slice(taken.length)
    }
  }

  /** Passes on what follows the last complete block. */
  flush(): void {
    if (this.#isBegun || !this.#isLater) for (const piece of this.#rest) this.#give(piece)
    this.#rest = []
  }

  #give(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    if (this.#lacksEnd) this.#handOn(Uint8Array.of(10))
    this.#lacksEnd = false
    this.#isBegun = true
    this.#handOn(bytes)
  }
}

function startsWithMark(pieces: Uint8Array[]): boolean {
  return `${pieces.flatMap((piece) => [...piece.subarray(0, 3)]).slice(0, 3)}` === '239,187,191'
}
