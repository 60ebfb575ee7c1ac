import { CORPORA, buildCorpus, corpusEvents, cut } from './corpora'
import { responseOf, type Implementation } from './implementation'
import { IMPLEMENTATIONS, load } from './impls'
import { race, type Runner } from './race'
import type { Bench, Case, ChunkSize, Result } from './report'
import type { Sink } from './sink'
import { buildText, textEvents, TEXTS } from './texts'

/** The chunk sizes of the benches in memory. */
const CHUNKS: ChunkSize[] = [65_536, 16_384, 1024, 'event', 31]

/** The corpora of a quick run. */
const QUICK_CORPORA = ['openai', 'chinese', 'crlf']

// Small chunks cost more an event: fewer events keep the whole suite within minutes.
const SHARE = new Map<ChunkSize, number>([
  [1024, 1 / 2],
  ['event', 1 / 4],
  [31, 1 / 8],
])

/** The text of a quick run. */
const QUICK_TEXTS = ['openai-obfuscated']
const QUICK_TEXT_CHUNKS: ChunkSize[] = [16_384, 'event']

/** What a quick run iterates over of all that. */
const QUICK_SHARE = 1 / 2

/** How often a `decode` sample decodes the corpus: a single time is too short for the browser's clock. */
const DECODE_PASSES = 4

/** The method that an implementation needs to take part in a bench. */
const METHODS = {
  decode: 'decode',
  iterate: 'readBody',
  loopback: 'readUrl',
  text: 'readText',
  latency: 'readUrl',
  memory: 'iterable',
  start: 'readUrl',
} as const satisfies Record<Exclude<Bench, 'chat'>, keyof Implementation>

/** The cases of one bench, fewer of them in a quick run. */
export function casesOf(bench: Case['bench'], quick: boolean): Case[] {
  if (bench === 'loopback') {
    return [{ bench, corpus: 'openai', chunk: 65_536, events: quick ? 50_000 : 200_000 }]
  }
  if (bench === 'text') {
    const corpora = quick ? QUICK_TEXTS : Object.keys(TEXTS)
    return corpora.flatMap((corpus) =>
      (quick ? QUICK_TEXT_CHUNKS : CHUNKS).map((chunk) => {
        const events = Math.round(textEvents * (SHARE.get(chunk) ?? 1))
        return { bench, corpus, chunk, events }
      }),
    )
  }
  return (quick ? QUICK_CORPORA : CORPORA).flatMap((corpus) =>
    CHUNKS.map((chunk) => {
      const share = (SHARE.get(chunk) ?? 1) * (quick && bench === 'iterate' ? QUICK_SHARE : 1)
      const events = Math.round(corpusEvents(corpus) * share)
      return { bench, corpus, chunk, events }
    }),
  )
}

/** Loads all implementations that take part in a bench. */
export async function implementationsOf(bench: keyof typeof METHODS): Promise<Implementation[]> {
  const all = await Promise.all(IMPLEMENTATIONS.map(load))
  return all.filter((implementation) => implementation[METHODS[bench]])
}

/**
 * Races all implementations that can do the work over one case.
 * @param rounds measured runs of each implementation
 * @param origin of the test server, for `loopback`
 * @param onRound told how far it is, from 0 to 1
 */
export async function runCase(
  work: Case,
  rounds: number,
  origin: string,
  onRound: (share: number) => void,
): Promise<Result[]> {
  const { bench, corpus, chunk, events } = work
  const implementations = await implementationsOf(bench)
  const { runners, expected } =
    bench === 'loopback'
      ? { runners: overHttp(implementations, work, origin), expected: undefined }
      : bench === 'text'
        ? ofText(implementations, work)
        : inMemory(implementations, work)
  const what = `${bench} of ${corpus} in chunks of ${chunk}`
  const finishes = await race(what, runners, rounds, expected, onRound)
  return finishes.map((finish) => ({ bench, corpus, chunk, ...finish, events }))
}

function overHttp(implementations: Implementation[], work: Case, origin: string): Runner[] {
  const url = streamUrl(origin, work)
  return implementations.flatMap(({ name, kind, readUrl }) =>
    readUrl
      ? { impl: name, kind, run: (sink) => timed(() => readUrl(url, sink, work.events)) }
      : [],
  )
}

/** All have to come to the same text. */
function ofText(implementations: Implementation[], { corpus, chunk, events }: Case) {
  const built = buildText(corpus, events)
  const chunks = cut(built, chunk)
  const format = TEXTS[corpus]!
  const runners = implementations.flatMap(({ name, kind, readText, texts }): Runner[] => {
    if (!readText || texts?.includes(corpus) === false) return []
    const run = (sink: Sink) => {
      const response = responseOf(chunks)
      return timed(async () => sink.add(await readText(response, format), 'message'))
    }
    return [{ impl: name, kind, run }]
  })
  return { runners, expected: built.check }
}

function inMemory(implementations: Implementation[], { bench, corpus, chunk, events }: Case) {
  const built = buildCorpus(corpus, events)
  const chunks = cut(built, chunk)
  const runners = implementations.flatMap(({ name, kind, decode, readBody }): Runner[] => {
    if (bench === 'decode') {
      return decode ? [{ impl: name, kind, run: (sink) => timedPasses(decode, chunks, sink) }] : []
    }
    const run = (sink: Sink) => {
      const response = responseOf(chunks)
      return timed(async () => readBody?.(response, sink, events))
    }
    return readBody ? [{ impl: name, kind, run }] : []
  })
  return { runners, expected: built.check }
}

/** The test server's URL for a stream. */
export function streamUrl(
  origin: string,
  { corpus, events, chunk }: Pick<Case, 'corpus' | 'events' | 'chunk'>,
): string {
  return `${origin}/bench/stream?corpus=${corpus}&events=${events}&chunk=${chunk}`
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function timedPasses(
  decode: NonNullable<Implementation['decode']>,
  chunks: Uint8Array[],
  sink: Sink,
): Promise<number> {
  const passes = sink.thorough ? 1 : DECODE_PASSES
  const start = performance.now()
  for (let i = 0; i < passes; i++) await decode(chunks, sink)
  return (performance.now() - start) / passes
}
