// The page of chat.e2e.ts: shows an answer, once an animation frame.

import type { CancelResult } from 'sluicegate'
import { type Answer, openChat } from 'sluicegate/llm'

/** What became of a chat. */
export interface Report {
  sessionId: string
  answer: Answer
  /** What the page shows. */
  shown: string
  /** How often it was changed. */
  updates: number
  /** How many animation frames there were meanwhile, and milliseconds. */
  frames: number
  elapsed: number
  cancelled?: CancelResult
}

/** Asks, and shows the answer; stops it after `mostUpdates` changes of the page. */
async function ask(prompt: string, mostUpdates = Number.POSITIVE_INFINITY): Promise<Report> {
  const userId = 'page'
  const place = document.body
  place.textContent = ''
  let frames = 0
  let isOver = false
  requestAnimationFrame(function count() {
    frames++
    if (!isOver) requestAnimationFrame(count)
  })
  const start = performance.now()
  const chat = openChat('chat', {
    messages: [],
    body: { prompt, userId },
    cancel: { url: 'chat/cancel', body: { userId } },
  })
  let updates = 0
  let cancelled: CancelResult | undefined
  for await (const text of chat.frames()) {
    place.append(text)
    if (++updates === mostUpdates) cancelled = await chat.cancel()
  }
  isOver = true
  return {
    sessionId: chat.sessionId,
    answer: await chat.done,
    shown: place.textContent,
    updates,
    frames,
    elapsed: performance.now() - start,
    ...(cancelled && { cancelled }),
  }
}

Object.assign(globalThis, { ask })
