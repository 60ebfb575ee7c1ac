// What the measures do in a page. Each function is called by name, with JSON for arguments.

import { type EventStream, openStream } from 'sluicegate'

interface Frame extends Window {
  stream?: EventStream
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function until(look: () => boolean): Promise<void> {
  while (!look()) await pause(10)
}

/** Removes a frame with an open stream, so many times. Returns how many of the streams were over a while later. */
async function removeFrames(times: number, sink: string, how: 'pagehide' | 'cancel' | 'nothing') {
  let ended = 0
  for (let time = 0; time < times; time++) {
    const frame = document.createElement('iframe')
    frame.src = `frame.html?${new URLSearchParams({ sink, on: how })}`
    document.body.append(frame)
    await until(() => frame.contentDocument?.title === 'open')
    const { stream } = frame.contentWindow as Frame
    void stream?.closed.then(() => ended++)
    if (how === 'cancel') void stream?.cancel()
    frame.remove()
  }
  await pause(3000)
  return ended
}

let held: EventStream[] = []
let opened: EventStream[] = []

/** Opens as many streams, of which the browser lets about `atOnce` through. Returns how many. */
async function openMany(count: number, atOnce: number, origin: string, sink: string) {
  held = Array.from({ length: count }, () => {
    const stream: EventStream = openStream(`${origin}/open/many`, {
      connectTimeout: 600_000,
      cancel: { url: origin + sink },
    })
    void stream.next().then(({ done }) => done || opened.push(stream))
    return stream
  })
  // Firefox begins with more than one connection of HTTP/2.
  await until(() => opened.length >= atOnce)
  await pause(1000)
  return opened.length
}

/** Cancels these open streams at once, or all. */
async function cancelMany(count?: number) {
  const cancelled = count === undefined ? held : opened.splice(0, count)
  held = held.filter((stream) => !cancelled.includes(stream))
  const start = performance.now()
  const results = await Promise.all(
    cancelled.map(async (stream) => {
      const { notified } = await stream.cancel()
      return { notified, milliseconds: performance.now() - start }
    }),
  )
  const told = results.filter(({ notified }) => notified)
  return {
    cancelled: results.length,
    notified: told.length,
    slowest: Math.round(Math.max(...results.map(({ milliseconds }) => milliseconds))),
  }
}

let watched: { events: number; outcome: string; lifecycle: string[] }

/** Reads a stream, and keeps what became of it in `watched`. */
async function watch(url: string, options: object) {
  const lifecycle: string[] = []
  watched = { events: 0, outcome: 'open', lifecycle }
  for (const name of ['freeze', 'resume', 'online', 'offline']) {
    const target = name.startsWith('o') ? window : document
    target.addEventListener(name, () => lifecycle.push(name))
  }
  addEventListener('pageshow', ({ persisted }) => lifecycle.push(persisted ? 'kept' : 'shown'))
  const stream = openStream(url, options)
  void stream.closed.then(({ type, error }) => {
    watched.outcome = error instanceof Error ? `${type}: ${error.message}` : type
  })
  void (async () => {
    try {
      for await (const _ of stream) watched.events++
    } catch {
      // The outcome says it.
    }
  })()
}

Object.assign(globalThis, {
  measures: { removeFrames, openMany, cancelMany, watch, watched: () => watched },
})
