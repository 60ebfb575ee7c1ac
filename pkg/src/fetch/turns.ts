import type { Scope } from '../scope.js'

/** The streams of an origin that share its connections. */
interface Line {
  open: number
  readonly waiting: Set<() => void>
}

const lines = new Map<string, Line>()

/** A place among the open streams of an origin, or in the line for one. */
export interface Turn {
  /** Absent if the place is free. */
  readonly ready: Promise<void> | undefined
  /** Lets the next one go. */
  readonly release: () => void
}

/** Takes a turn among the streams of a URL's origin, of which `limit` may be open. */
export function takeTurn(url: string, limit: number, scope: Scope): Turn {
  const { origin } = new URL(url)
  const line = lines.get(origin) ?? { open: 0, waiting: new Set() }
  lines.set(origin, line)
  let go: (() => void) | undefined
  const ready =
    line.open < limit ? undefined : new Promise<void>((resolve) => line.waiting.add((go = resolve)))
  if (!ready) line.open++
  const release = scope.add(() => {
    if (go && line.waiting.delete(go)) return
    const [next] = line.waiting
    if (next) {
      // It takes this place.
      line.waiting.delete(next)
      next()
    } else if (--line.open === 0) {
      lines.delete(origin)
    }
  })
  return { ready, release }
}
