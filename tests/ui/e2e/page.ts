import type { UseEventStreamOptions } from 'sluicegate/vue'

/** What the address of a page asks for. */
export interface PageRequest {
  url: string
  options: UseEventStreamOptions
}

/** The page's address names a stream; what stands behind `#` is the route. */
export function readRequest(): PageRequest {
  return JSON.parse(new URLSearchParams(location.search).get('request')!) as PageRequest
}

export const AWAY = '#away'

/** Calls back at each change of the route. What it returns ends that. */
export function onRoute(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

export const isAway = () => location.hash === AWAY

/** How often the page changed so far, in so many animation frames and milliseconds. */
export interface Pace {
  updates: number
  frames: number
  elapsed: number
}

/** Counts from now on; the tests call `pace()`. */
export function countChanges(): void {
  let updates = 0
  let frames = 0
  new MutationObserver(() => updates++).observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
  })
  function next(): void {
    frames++
    requestAnimationFrame(next)
  }
  requestAnimationFrame(next)
  const pace = (): Pace => ({ updates, frames, elapsed: performance.now() })
  Object.assign(window, { pace })
}
