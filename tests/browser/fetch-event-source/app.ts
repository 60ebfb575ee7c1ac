// A chat client as apps write it for `@microsoft/fetch-event-source`, after its README. Which package it calls is
// for the caller to say; that is all there is to migrating.

import type * as Microsoft from '@microsoft/fetch-event-source'

export type Package = Pick<typeof Microsoft, 'fetchEventSource' | 'EventStreamContentType'>

export class RetriableError extends Error {}
export class FatalError extends Error {}

export interface Answer {
  opened: number[]
  messages: Microsoft.EventSourceMessage[]
  errors: unknown[]
  isClosed: boolean
}

/** Asks, and reads the answer to its end. `answer` fills meanwhile. */
export async function chat(
  { fetchEventSource, EventStreamContentType }: Package,
  url: string,
  prompt: string,
  answer: Answer,
  init: Microsoft.FetchEventSourceInit = {},
): Promise<void> {
  await fetchEventSource(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-App': 'chat' },
    body: JSON.stringify({ prompt }),
    openWhenHidden: true,
    async onopen(response) {
      answer.opened.push(response.status)
      if (response.ok && response.headers.get('content-type') === EventStreamContentType) return
      if (response.status >= 400 && response.status < 500 && response.status !== 429) {
        throw new FatalError(`${response.status}`)
      }
      throw new RetriableError(`${response.status}`)
    },
    onmessage(message) {
      if (message.event === 'FatalError') throw new FatalError(message.data)
      answer.messages.push(message)
    },
    onclose() {
      answer.isClosed = true
    },
    onerror(error) {
      answer.errors.push(error)
      if (error instanceof FatalError) throw error
      return 10
    },
    ...init,
  })
}

export const newAnswer = (): Answer => ({ opened: [], messages: [], errors: [], isClosed: false })
