/**
 * Joins a text that comes in pieces. The two halves of a character may come in two of them: a high
 * surrogate at the end waits for the next piece, so that all that is handed out is well-formed
 * Unicode. A half without its other half becomes U+FFFD.
 *
 * @returns a function from a piece to what is handed out for it; without a piece, at the end, to
 *   what is left
 */
export function joiner(): (piece?: string, isWellFormed?: boolean) => string {
  let half = ''
  return (piece, isWellFormed) => {
    if (isWellFormed && !half) return piece!
    const all = half + (piece ?? '')
    half = ''
    return all.replace(/([\ud800-\udbff]$)|\p{Surrogate}/gu, (_, high?: string) => {
      if (piece == null || !high) return '\ufffd'
      half = high
      return ''
    })
  }
}
