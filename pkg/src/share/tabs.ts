import { Scope } from '../scope.js'
import { LINGER, PATIENCE } from './limits.js'
import type { Message } from './message.js'

/** Pages with another version of these messages share nothing with this one. */
const PREFIX = 'sluicegate/1 '

interface Listener {
  heard(message: Message): void
  /** This tab owns the connection now. `isFirst`: there is no other tab. */
  owns(isFirst: boolean): void
  /** This tab does not own the connection any more. */
  disowned(): void
  /** This page may not share. */
  forbidden(): void
}

/** The tabs that share a name. One of them owns the connection: it holds the lock of that name. */
export interface Tabs {
  isOwner(): boolean
  post(message: Message): void
  /** Lets another tab be the owner. This one waits until it is its turn again. */
  abdicate?(): void
  /** Leaves for good. `isOver`: there is nothing left to own. */
  leave(isOver: boolean): void
}

/** A tab that has nothing to do with others. */
export const ALONE: Tabs = {
  isOwner: () => true,
  post: () => undefined,
  leave: () => undefined,
}

/** Joins the tabs that share a name. Where tabs can't share, this one is alone. */
export function joinTabs(name: string, listener: Listener): Tabs {
  try {
    const { locks } = navigator
    if (locks) return joinBy(locks, name, listener)
  } catch {
    // This host has no channels, or forbids them.
  }
  return ALONE
}

function joinBy(locks: LockManager, name: string, listener: Listener): Tabs {
  const scope = new Scope()
  let channel: BroadcastChannel | undefined
  /** Aborted, this tab waits no longer for the lock. */
  let waiting: AbortController | undefined
  let release: (() => void) | undefined
  /** How often the owner was asked for a sign of life since its last answer. */
  let silence = 0

  const isOwner = () => !!release
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of windows
  const post = (message: Message) => channel?.postMessage(message)

  /** Becomes the owner again and again, until this tab leaves or starts again. */
  async function seek(options: LockOptions): Promise<void> {
    waiting?.abort()
    const { signal } = (waiting = new AbortController())
    while (!signal.aborted) {
      try {
        await locks.request(PREFIX + name, options, (lock) => {
          if (lock && !signal.aborted) {
            return new Promise<void>((resolve) => {
              release = resolve
              listener.owns(!!options.ifAvailable)
            })
          }
          return undefined
        })
      } catch {
        if (signal.aborted) return
        // Another tab has taken the lock away from this one.
        if (release) abdicate()
        else listener.forbidden()
      }
      options = { signal }
    }
  }

  function abdicate(): void {
    const free = release
    if (!free) return
    release = undefined
    listener.disowned()
    free()
  }

  function join(): void {
    if (channel) return
    channel = new BroadcastChannel(PREFIX + name)
    // Unlike a listener, it goes when the channel is closed.
    // oxlint-disable-next-line unicorn/prefer-add-event-listener
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.isAlive) silence = 0
      if (data.isWaiting && release) post({ isAlive: true })
      listener.heard(data)
    }
    post({ hello: 'owner' })
    void seek({ ifAvailable: true })
  }

  /** A page that does not run can't own the connection, nor take what comes. */
  function part(): void {
    waiting?.abort()
    channel?.close()
    channel = undefined
    abdicate()
  }

  /** Replaces an owner that does not run. */
  function watch(): void {
    scope.after(PATIENCE, () => {
      if (channel && !release) {
        if (++silence < 2) post({ isWaiting: true })
        else void seek({ steal: true })
      }
      watch()
    })
  }

  join()
  scope.listen('pagehide', part)
  scope.listen('pageshow', join)
  // The document's own events, which don't bubble.
  const { document } = globalThis
  document?.addEventListener('freeze', part)
  document?.addEventListener('resume', join)
  scope.add(() => {
    document?.removeEventListener('freeze', part)
    document?.removeEventListener('resume', join)
  })
  watch()

  return {
    isOwner,
    post,
    abdicate,
    leave(isOver) {
      scope.close()
      if (isOver && release) {
        setTimeout(release, LINGER)
        release = undefined
      }
      part()
    },
  }
}
