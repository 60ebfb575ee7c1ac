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

/** Waits until these lines were posted, in this or in any order, and no others. */
export async function posted(
  subject: Subject,
  from: EventTarget,
  lines: string[],
  isOrdered = true,
): Promise<void> {
  const over = new AbortController()
  const seen: unknown[] = []
  const hear = (message: Event) => seen.push((message as MessageEvent).data)
  from.addEventListener('message', hear, { signal: over.signal })
  try {
    await subject.until(() => {
      expect(isOrdered ? seen : seen.toSorted()).to.deep.equal(isOrdered ? lines : lines.toSorted())
    })
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
  await inFrame(address('source.html', subject, stream, more), () => posted(subject, window, lines))
}

/** The same in a frame whose policy forbids other origins. The reports of violations are lines, too. */
export async function forbidden(subject: Subject, stream: string, lines: string[]): Promise<void> {
  const url = address('/csp/source.html', subject, stream, { violations: '' })
  await inFrame(url, () => posted(subject, window, lines, false))
}

/** Does something while a page is in a frame. */
export async function inFrame(url: string, body: () => Promise<void>): Promise<void> {
  const frame = document.createElement('iframe')
  frame.src = url
  document.body.append(frame)
  try {
    await body()
  } finally {
    frame.remove()
  }
}
