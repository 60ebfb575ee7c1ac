/** What the page tells the runner. */
export type Progress =
  | { type: 'test'; title: string }
  | { type: 'pass'; title: string; milliseconds: number }
  | { type: 'skip'; title: string }
  | { type: 'fail'; title: string; error: string }
  | { type: 'note'; text: string }
  | VerdictProgress
  /** Where `@microsoft/fetch-event-source` and ours differ. */
  | { type: 'difference'; what: string; theirs: string; ours: string }
  | { type: 'end' }

/** Whether the browser's own `EventSource` does what the standard says, and why not. */
export interface VerdictProgress {
  type: 'verdict'
  section: string
  says: string
  native: boolean
  why?: string
  /** Why ours can't. */
  impossible?: string
}

declare global {
  /** Called by the runner: what is new since the last call. */
  var takeProgress: () => Progress[]
}

let news: Progress[] = []
globalThis.takeProgress = () => {
  const taken = news
  news = []
  return taken
}

export function tell(progress: Progress): void {
  news.push(progress)
}

/** A line for whoever reads the output: a figure, a seed. */
export function note(text: string): void {
  tell({ type: 'note', text })
}

/** An error with its message, which stacks have in some engines only, and the chain of its causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `not an Error: ${String(error)}`
  const heading = `${error.name}: ${error.message}`
  const stack = error.stack ?? ''
  const text = stack.includes(error.message) ? stack : `${heading}\n${stack}`
  return error.cause === undefined ? text : `${text}\ncaused by ${describeError(error.cause)}`
}
