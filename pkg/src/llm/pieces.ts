/**
 * A text that grows by pieces. The two halves of a character may come in two pieces: a high surrogate
 * at the end waits for the next one, so that all that is handed out is well-formed Unicode.
 */
export class Pieces {
  /** What was handed out. */
  value = ''
  #half = ''

  /** Returns what a piece adds. A half without its other half becomes U+FFFD. */
  add(piece: string): string {
    const all = this.#half + piece
    const isHalf = (all.charCodeAt(all.length - 1) & 0xfc00) === 0xd800
    const end = isHalf ? all.length - 1 : all.length
    this.#half = all.slice(end)
    const text = all.slice(0, end).replace(/\p{Surrogate}/gu, '\ufffd')
    this.value += text
    return text
  }

  /** Returns what is left at the end. */
  end(): string {
    // What follows no half is one itself.
    const text = this.#half && '\ufffd'
    this.#half = ''
    this.value += text
    return text
  }
}
