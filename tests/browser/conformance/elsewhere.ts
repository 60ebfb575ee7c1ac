// Sources in other windows and in workers, see pages/source.ts.

import { expect } from 'chai'
import type { Subject } from './subject.js'

export function address(
  page: string,
  subject: Subject,
  stream: string,
  more: Record<string, string> = {},
): string {
  return `${page}?${new URLSearchParams({ stream, class: subject.name, ...more })}`
}

/** Waits until these lines were posted, and no others. */
export async function posted(subject: Subject, from: EventTarget, lines: string[]): Promise<void> {
  const over = new AbortController()
  const seen: unknown[] = []
  const hear = (message: Event) => seen.push((message as MessageEvent).data)
  from.addEventListener('message', hear, { signal: over.signal })
  try {
    await subject.until(() => expect(seen).to.deep.equal(lines))
  } finally {
    over.abort()
  }
}

/** The same of a source in a frame, which is then removed. */
export async function framed(
  subject: Subject,
  stream: string,
  lines: string[],
  more: Record<string, string> = {},
): Promise<void> {
  const frame = document.createElement('iframe')
  frame.src = address('source.html', subject, stream, more)
  document.body.append(frame)
  try {
    await posted(subject, window, lines)
  } finally {
    frame.remove()
  }
}
