/** The benches, in the order in which they run. */
export type Bench =
  'decode' | 'iterate' | 'loopback' | 'text' | 'latency' | 'memory' | 'start' | 'chat'

/** How the bytes are cut: a number of bytes, or after every event. */
export type ChunkSize = number | 'event'

/**
 * What an implementation is, for the comparisons: ours; a peer that is iterated or calls back per
 * event; a parser that is fed by hand (it reads no stream); the browser's own; or a floor, which
 * drains the bytes and decodes no events.
 */
export type Kind = 'ours' | 'peer' | 'parser' | 'native' | 'floor'

/** One piece of work that implementations race over. */
export interface Case {
  bench: 'decode' | 'iterate' | 'loopback' | 'text'
  corpus: string
  chunk: ChunkSize
  events: number
}

/** One line of the report. Which figures it has depends on the bench. */
export interface Result {
  bench: Bench
  /** What was read: a corpus, the rate of a latency run, or how long the server took to answer. */
  corpus: string
  chunk: ChunkSize
  impl: string
  kind: Kind
  /** Milliseconds for the whole corpus; for `start`, from the import to the first event. */
  median_ms?: number
  /** Milliseconds from the call until the server has the request; for `start`. */
  request_ms?: number
  /** Milliseconds from the server's write to the handler. */
  p50_ms?: number
  p99_ms?: number
  /** Milliseconds of the main thread's longest task; for `chat`, whose `median_ms` is all of its tasks. */
  longest_ms?: number
  /** The most memory in use at once, above what the page had before, in bytes. */
  peak_bytes?: number
  /** Events read in one run. */
  events: number
  /** The same for all that did the same work; a floor's is the amount of text or bytes. */
  check: string
}

/** What the page offers to whoever drives it, as `sluicegateBench`. */
export interface BenchApi {
  /** The cases of one bench, fewer of them in a quick run. */
  casesOf(bench: Case['bench'], quick: boolean): Case[]
  /** Races all implementations over one case, with that many measured runs of each. */
  runCase(work: Case, rounds: number): Promise<Result[]>
  runLatency(): Promise<Result[]>
  /** How long a cancellation takes to the backend. */
  runCancel(): Promise<Result>
  runStart(rounds: number): Promise<Result[]>
  /** The implementations that a slow consumer can hold back. */
  iterables(): Promise<Pick<Result, 'impl' | 'kind'>[]>
  /** Reads a stream slowly, and returns how many events came. */
  readSlowly(impl: string, events: number): Promise<number>
}
