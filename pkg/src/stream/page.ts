import { INPUT_HIDDEN, INPUT_RETURNED, INPUT_SHOWN } from '../border.js'
import { abortError } from '../error.js'
import type { Scope } from '../scope.js'

/** The functions to call when the page changes. */
interface Listener {
  tell(input: number): void
  /** The page is left. `persisted`: it may be kept in the back/forward cache. */
  leave(persisted: boolean): void
}

/** Reports changes of the page and its network until the scope closes, in windows and workers. */
export function watchPage(scope: Scope, { tell, leave }: Listener): void {
  const persisted = (event: Event) => (event as PageTransitionEvent).persisted
  const look = () => tell(globalThis.document?.hidden ? INPUT_HIDDEN : INPUT_SHOWN)
  look()
  scope.listen('visibilitychange', look)
  scope.listen('online', () => tell(INPUT_RETURNED))
  // The first load shows the page, too.
  scope.listen('pageshow', (event) => persisted(event) && tell(INPUT_RETURNED))
  scope.listen('pagehide', (event) => leave(persisted(event)))
}

/** Tells with which reason an outside signal is aborted, at once if it is already. */
export function watchSignal(
  scope: Scope,
  signal: AbortSignal,
  abort: (reason: unknown) => void,
): void {
  const aborted = () => {
    const { reason = abortError('the signal was aborted') } = signal
    abort(reason)
  }
  if (signal.aborted) return aborted()
  signal.addEventListener('abort', aborted)
  scope.add(() => signal.removeEventListener?.('abort', aborted))
}
