/**
 * A string literal with one character a byte. Brotli sees the bytes through it, which base64 hides
 * from it: what a page downloads is about a tenth smaller.
 */
export function toStringLiteral(bytes) {
  let literal = "'"
  for (const byte of bytes) {
    literal += literalOf(byte)
  }
  return literal + "'"
}

function literalOf(byte) {
  const character = String.fromCharCode(byte)
  if (character === "'" || character === '\\') return `\\${character}`
  // Control characters: some tools take a file that has them for a binary one.
  if (byte < 0x20 || (byte >= 0x7f && byte < 0xa0))
    return `\\x${byte.toString(16).padStart(2, '0')}`
  return character
}
