import type { Words } from '../src/site/words'
import { runLatency } from './latency'
import type { ChunkSize, Result } from './report'
import { runStart } from './start'
import { casesOf, runCase, streamUrl } from './suite'

/** Measured runs of each implementation. */
const ROUNDS = 7

/** A part of the suite, as the page runs it. */
export interface Step {
  bench: keyof Words['benches']
  /** What is worked on, in words. */
  title: (words: Words) => string
  run: (onRound: (share: number) => void) => Promise<Result[]>
}

/** All steps that can be taken here: those over HTTP need the test server's streams. */
export async function plan(full: boolean): Promise<Step[]> {
  const served = await isBenchServer()
  const benches = served
    ? (['text', 'decode', 'iterate', 'loopback'] as const)
    : (['text', 'decode', 'iterate'] as const)
  const steps: Step[] = benches
    .flatMap((bench) => casesOf(bench, !full))
    .map((work) => ({
      bench: work.bench,
      title: (words) => rowTitle(work, words),
      run: (onRound) => runCase(work, ROUNDS, location.origin, onRound),
    }))
  if (!served) return steps
  return [
    ...steps,
    {
      bench: 'start',
      title: (words) => words.benchFresh,
      run: (onRound) => runStart(ROUNDS, location.origin, onRound),
    },
    {
      bench: 'latency',
      title: (words) => words.benchSingle,
      run: (onRound) => runLatency(location.origin, onRound),
    },
  ]
}

async function isBenchServer(): Promise<boolean> {
  const url = streamUrl(location.origin, { corpus: 'openai', events: 1, chunk: 65_536 })
  const response = await fetch(url)
  await response.body?.cancel()
  return response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
}

/** What was worked on, in words. */
export function rowTitle(
  { bench, corpus, chunk, events }: Pick<Result, 'bench' | 'corpus' | 'chunk' | 'events'>,
  words: Words,
): string {
  if (bench === 'start') return `${words.benchFresh}, ${corpus}`
  if (bench === 'latency') return `${words.benchSingle}, ${corpus}`
  return words.benchEvents(corpus, events.toLocaleString('en'), chunkName(chunk, words))
}

function chunkName(chunk: ChunkSize, { benchChunk }: Words): string {
  if (chunk === 'event') return benchChunk.event
  return chunk < 1024 ? benchChunk.bytes(chunk) : benchChunk.kib(chunk / 1024)
}
