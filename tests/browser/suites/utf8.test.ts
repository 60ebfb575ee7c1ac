import { expect } from 'chai'
import { createDecoder } from 'sluicegate'
import { note } from '../support/progress.js'
import { freshSeed, Random } from '../support/random.js'
import { test } from '../support/test.js'

const STRINGS = 3_000

/** Bytes at which decoders differ: the ends of each range of lead and continuation bytes. */
const EDGES = [
  0x00, 0x20, 0x3a, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
  0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff,
]
const WHOLE = ['ż', '漢', '😀', '\u{feff}', '\u{d7ff}', '\u{10ffff}', 'plain '].map((text) =>
  new TextEncoder().encode(text),
)

/** Bytes without a line end, most of them no UTF-8. */
function garbage(random: Random): Uint8Array {
  const bytes: number[] = []
  for (let parts = random.below(40); parts >= 0; parts--) {
    const kind = random.below(4)
    if (kind === 0) bytes.push(...random.pick(WHOLE))
    else if (kind === 1) bytes.push(...random.pick(WHOLE).subarray(0, 1 + random.below(3)))
    else if (kind === 2) bytes.push(random.pick(EDGES))
    else bytes.push(random.below(256))
  }
  return Uint8Array.from(bytes.filter((byte) => byte !== 10 && byte !== 13))
}

function concatenate(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

const ascii = (text: string) => new TextEncoder().encode(text)

describe('invalid UTF-8', () => {
  test(`${STRINGS} random strings come out as TextDecoder’s, however they are split`, async () => {
    const seed = freshSeed()
    note(`seed ${seed}`)
    const random = new Random(seed)
    const platform = new TextDecoder('utf-8', { ignoreBOM: true })
    const decoder = await createDecoder()
    for (let round = 0; round < STRINGS; round++) {
      const bytes = garbage(random)
      const whole = concatenate(ascii('data: '), bytes, ascii('\n\n'))
      const text = platform.decode(bytes)
      const splits = [
        [whole],
        random.split(whole, 8),
        [...whole].map((byte) => Uint8Array.of(byte)),
      ]
      for (const split of splits) {
        const events = split.flatMap((piece) => decoder.push(piece))
        const context = `seed ${seed}, round ${round}: ${bytes}`
        expect(events, context).to.have.length(1)
        expect(events[0]?.data, context).to.equal(text)
      }
    }
    decoder.free()
  })

  test('in a type and an id, too', async () => {
    const decoder = await createDecoder()
    const broken = Uint8Array.of(0x61, 0xe6, 0xbc, 0x62, 0xff)
    const parts = [ascii('event: '), broken, ascii('\nid: '), broken, ascii('\ndata\n\n')]
    const text = new TextDecoder().decode(broken)
    expect(decoder.push(concatenate(...parts))).to.deep.equal([
      { type: text, data: '', lastEventId: text },
    ])
    decoder.free()
  })

  test('a byte order mark is dropped at the start only, split or not', async () => {
    const bytes = ascii('\u{feff}data: \u{feff}a\n\n\u{feff}data: no field\n\ndata: b\n\n')
    for (let at = 0; at < bytes.length; at++) {
      const decoder = await createDecoder()
      const events = [bytes.subarray(0, at), bytes.subarray(at)].flatMap((piece) =>
        decoder.push(piece),
      )
      expect(events.map(({ data }) => data)).to.deep.equal(['\u{feff}a', 'b'])
      decoder.free()
    }
  })
})

describe('text of three bytes a character', () => {
  // It comes out of the module in UTF-16.
  const PARTS = [
    '漢',
    'あ',
    '\u{800}',
    '\u{d7ff}',
    '\u{e000}',
    '\u{feff}',
    '\u{ffff}',
    '\u{ffff}\u{800}',
  ]
  const OTHERS = ['a', '"', 'ż', '\u{7ff}', '😀', '\u{10ffff}', 'plain text of more than a block']

  test('comes out as it is, whatever is between', async () => {
    const decoder = await createDecoder()
    const texts: string[] = []
    for (const other of OTHERS) {
      for (let before = 0; before < 24; before++) {
        const run = (length: number) =>
          Array.from({ length }, (_, at) => PARTS[(at + before) % PARTS.length]).join('')
        texts.push(run(before) + other + run(40) + other.repeat(before % 3) + run(7))
      }
    }
    const framed = texts.map((text, at) => `id: ${at}漢\nevent: 型${at % 5}\ndata: ${text}\n\n`)
    const expected = texts.map((data, at) => ({
      type: `型${at % 5}`,
      data,
      lastEventId: `${at}漢`,
    }))
    expect(decoder.push(ascii(framed.join('')))).to.deep.equal(expected)
    // By itself, each ends at another place of a block.
    expect(framed.flatMap((text) => decoder.push(ascii(text)))).to.deep.equal(expected)
    decoder.free()
  })

  test('is as right where it is too long for that', async () => {
    const decoder = await createDecoder()
    for (const length of [349_500, 349_530, 400_000]) {
      const data = '漢'.repeat(length)
      const [event] = decoder.push(ascii(`data: ${data}\n\n`))
      expect(event?.data === data, `${length} characters`).to.equal(true)
    }
    decoder.free()
  })
})
