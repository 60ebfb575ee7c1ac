// Not looked up later: tests that stop the clock replace it.
const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void }

const waiting: (() => void)[] = []
let channel: MessageChannel | undefined

/**
 * Resolves in a task of its own: by then, the microtasks of what ran before are through. No timer:
 * those of hidden pages are slowed down.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    // In Node, an open channel would keep the process alive.
    // Some workers at the edge have neither: timers will do.
    const queue = setImmediate ?? (globalThis.MessageChannel ? undefined : setTimeout)
    if (queue) {
      queue(runNext)
      return
    }
    if (!channel) {
      channel = new MessageChannel()
      channel.port1.addEventListener('message', runNext)
      channel.port1.start()
    }
    channel.port2.postMessage(undefined)
  })
}

function runNext(): void {
  waiting.shift()?.()
}
