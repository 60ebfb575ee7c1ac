// How the WebAssembly module travels inside JavaScript: one character per byte.
import { brotliCompressSync } from 'node:zlib'

/** The characters that take one byte in a file and need no escape in a literal. */
const SHORT = Array.from({ length: 0x7f - 0x20 }, (_, index) => 0x20 + index).filter(
  (code) => code !== 0x27 && code !== 0x5c,
)

/** The first of the letters that the other values become. They take two bytes each. */
const FIRST_LETTER = 0xc0

/** Which of the characters may be the first. */
const STARTS = [...SHORT.keys()].filter((index) => index % 4 === 0)

/**
 * A module that exports bytes as `text`, for `pkg/src/module/embedded.ts` to read.
 *
 * The most frequent values are short characters and the others letters, each group in order:
 * nothing is escaped, and brotli still sees what repeats, which base64 hides from it. `short` has a
 * bit for each value, set for those that are short characters. The smallest value is the character
 * `first`, with which brotli comes to the fewest bytes: it treats characters by their kinds.
 */
export function toModule(bytes) {
  const counts = Array.from({ length: 256 }, () => 0)
  for (const byte of bytes) counts[byte]++
  const byCount = counts.map((_, value) => value).toSorted((a, b) => counts[b] - counts[a])
  const frequent = new Set(byCount.slice(0, SHORT.length))

  const modules = STARTS.map((start) => beginningWith(start, bytes, frequent))
  const sizes = modules.map((module) => brotliCompressSync(module).length)
  return modules[sizes.indexOf(Math.min(...sizes))]
}

function beginningWith(start, bytes, frequent) {
  const codes = []
  const short = Array.from({ length: 8 }, () => 0)
  let shortIndex = start
  let letterCount = 0
  for (let value = 0; value < 256; value++) {
    if (frequent.has(value)) {
      codes[value] = SHORT[shortIndex++ % SHORT.length]
      short[value >> 5] |= 1 << (value & 31)
    } else {
      codes[value] = FIRST_LETTER + letterCount++
    }
  }
  const text = Array.from(bytes, (byte) => String.fromCharCode(codes[byte])).join('')
  return `export const size = ${bytes.length}
export const first = ${SHORT[start]}
export const short = [${short.join()}]
export const text = '${text}'
`
}

/** What TypeScript has to know of it. */
export const MODULE_TYPES = `/** The bytes of the WebAssembly module. */
export declare const size: number
/** The character of ASCII with which they begin in \`text\`. */
export declare const first: number
/** A bit per byte value, 32 in each number: whether the value is a character of ASCII in \`text\`. */
export declare const short: readonly number[]
/** The module, one character per byte. */
export declare const text: string
`
