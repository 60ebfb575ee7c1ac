import { mulberry32, pick, type Random, WORDS } from './random'
import type { ChunkSize } from './report'
import { Sink } from './sink'

/** One event of a corpus: what goes over the wire, and what a correct decoder makes of it. */
interface Wire {
  text: string
  type: string
  data: string
}

/** A corpus, ready to be cut into chunks. */
export interface Corpus {
  name: string
  bytes: Uint8Array
  /** The offset in `bytes` after each event. */
  ends: Uint32Array
  /** `check` of a thorough sink that saw every event. */
  check: string
}

// The golden values are the self-test: a generator that drifts fails before anything is measured.
const GENERATORS: Record<
  string,
  { events: number; bytes: number; next: (random: Random, index: number) => Wire }
> = {
  openai: { events: 20_000, bytes: 4_825_380, next: openai },
  anthropic: { events: 30_000, bytes: 3_699_772, next: anthropic },
  chinese: { events: 20_000, bytes: 3_794_508, next: chinese },
  tiny: { events: 100_000, bytes: 1_223_126, next: tiny },
  crlf: { events: 50_000, bytes: 2_421_482, next: crlf },
  large: { events: 80, bytes: 5_242_794, next: large },
  heartbeat: { events: 20_000, bytes: 5_164_443, next: heartbeat },
}

/** The names of all corpora. */
export const CORPORA = Object.keys(GENERATORS)

/** Every event type that occurs: implementations with a listener a type must know them beforehand. */
export const EVENT_TYPES = [
  'message',
  'message_start',
  'content_block_start',
  'ping',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
  'token',
  'tool',
]

/** Events in the whole of a corpus. */
export function corpusEvents(name: string): number {
  return generator(name).events
}

/**
 * Builds the first `events` events of a corpus, the same at every call and in every browser.
 * Throws if the whole corpus no longer has the size that it should have.
 */
export function buildCorpus(name: string, events = corpusEvents(name)): Corpus {
  const { bytes: golden, events: all, next } = generator(name)
  const random = mulberry32(0x51c1ce + CORPORA.indexOf(name))
  const sink = new Sink(true)
  const encoder = new TextEncoder()
  const parts: Uint8Array[] = []
  const ends = new Uint32Array(events)
  let size = 0
  for (let i = 0; i < events; i++) {
    const { text, type, data } = next(random, i)
    const part = encoder.encode(text)
    sink.add(data, type)
    parts.push(part)
    size += part.length
    ends[i] = size
  }
  if (events === all && size !== golden) {
    throw new Error(`corpus ${name}: ${size} bytes instead of ${golden}`)
  }
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return { name, bytes, ends, check: sink.check }
}

/** Cuts a corpus into chunks, each with a buffer of its own as a network's are. */
export function cut(corpus: Corpus, size: ChunkSize): Uint8Array<ArrayBuffer>[] {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  if (size === 'event') {
    let start = 0
    for (const end of corpus.ends) {
      chunks.push(new Uint8Array(corpus.bytes.subarray(start, end)))
      start = end
    }
  } else {
    for (let start = 0; start < corpus.bytes.length; start += size) {
      chunks.push(new Uint8Array(corpus.bytes.subarray(start, start + size)))
    }
  }
  return chunks
}

function generator(name: string) {
  const found = GENERATORS[name]
  if (!found) throw new Error(`no corpus named ${name}; there are ${CORPORA.join(', ')}`)
  return found
}

const HAN =
  '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经'

function openaiChunk(content: string): string {
  return `{"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,"model":"gpt-4o-mini","system_fingerprint":"fp_e7d4a5f731","choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}},"finish_reason":null}]}`
}

function openai(random: Random): Wire {
  const data = openaiChunk(` ${pick(random, WORDS)}`)
  return { text: `data: ${data}\n\n`, type: 'message', data }
}

// The events around an answer's text, by their place among its 40.
const ANTHROPIC_FRAME = new Map([
  [
    0,
    '{"type":"message_start","message":{"id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message","role":"assistant","content":[],"model":"claude","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"output_tokens":1}}}',
  ],
  [1, '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}'],
  [2, '{"type":"ping"}'],
  [37, '{"type":"content_block_stop","index":0}'],
  [
    38,
    '{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":36}}',
  ],
  [39, '{"type":"message_stop"}'],
])

/** Answers of 40 events each, with the types in the order in which the vendor's API sends them. */
function anthropic(random: Random, index: number): Wire {
  const data =
    ANTHROPIC_FRAME.get(index % 40) ??
    `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" ${pick(random, WORDS)} ${pick(random, WORDS)}"}}`
  const type = data.slice('{"type":"'.length, data.indexOf('"', '{"type":"'.length))
  return { text: `event: ${type}\ndata: ${data}\n\n`, type, data }
}

function chinese(random: Random, index: number): Wire {
  let words = ''
  const length = 20 + Math.floor(random() * 60)
  for (let i = 0; i < length; i++) words += pick(random, HAN)
  const type = random() < 0.9 ? 'token' : 'tool'
  const data = `{"text":"${words}"}`
  return { text: `id: ${index}\nevent: ${type}\ndata: ${data}\n\n`, type, data }
}

function tiny(random: Random): Wire {
  const data = pick(random, WORDS)
  return { text: `data: ${data}\n\n`, type: 'message', data }
}

function crlf(random: Random): Wire {
  const first = `${pick(random, WORDS)} ${pick(random, WORDS)} ${pick(random, WORDS)}`
  const second = `${pick(random, WORDS)} ${pick(random, WORDS)}: ${pick(random, WORDS)}`
  return {
    text: `data: ${first}\r\ndata: ${second}\r\n\r\n`,
    type: 'message',
    data: `${first}\n${second}`,
  }
}

function large(random: Random): Wire {
  let rows = ''
  while (rows.length < 65_500) {
    rows += `{"row":${Math.floor(random() * 1e6)},"text":"${pick(random, WORDS)} ${pick(random, WORDS)} ${pick(random, WORDS)}"},`
  }
  const data = `[${rows}null]`
  return { text: `data: ${data}\n\n`, type: 'message', data }
}

function heartbeat(random: Random): Wire {
  const data = openaiChunk(` ${pick(random, WORDS)}`)
  const beats = random() < 0.5 ? ': heartbeat\n\n' : ':\n\n: still thinking\n\n'
  return { text: `${beats}data: ${data}\n\n`, type: 'message', data }
}
