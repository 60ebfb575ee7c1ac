/** What every model answers: as many pieces of text as were asked for, always the same ones. */

const WORDS = [
  'water',
  'żółw',
  '漢字',
  'gate\n',
  '😀',
  '"quoted"',
  '👩‍👩‍👧',
  'back\\slash',
  'Überlauf',
  'end.',
]

export function pieces(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${n} ${WORDS[n % WORDS.length]} `)
}
