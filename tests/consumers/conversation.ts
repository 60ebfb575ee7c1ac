import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'

/** What an app is told. */
export interface Endpoints {
  /** Streams an answer to a POST. */
  chat: string
  /** Is told when nobody wants the answer any more. */
  cancel: string
}

/** An app that shows an answer. */
export interface View {
  /** Resolves once it shows exactly this text. */
  shows(text: string): Promise<void>
  /** Presses its Stop button; resolves to what `cancel()` returned there. */
  stop(): Promise<unknown>
  close(): Promise<void>
}

/** A page with a chat by the AI SDK's `useChat`. */
export interface ChatView extends View {
  /** Presses its Ask button, once the page is there. */
  ask(): Promise<void>
}

const FIRST = 'Zażółć '
const REST = '漢字 😀'
/** How many pieces the answer comes in, before it stalls. */
export const PIECES = 2

/**
 * Asks in an app, and stops it: the first piece has to show while the server still holds the second one back, and the
 * server has to hear of the end, once, by the connection and by the notification.
 */
export async function converse(
  server: string,
  key: string,
  open: (endpoints: Endpoints) => Promise<View>,
): Promise<void> {
  const { id } = await post(`${server}/scripts`, {
    attempts: [
      {
        steps: [
          { send: `data: ${FIRST}\n\n` },
          { waitFor: 'more' },
          { send: `data: ${REST}\n\n` },
          { stall: true },
        ],
      },
    ],
  })
  const view = await open({ chat: `${server}/s/${id}`, cancel: `${server}/sink/${key}` })
  try {
    await view.shows(FIRST)
    await fetch(`${server}/scripts/${id}/signal/more`, { method: 'POST' })
    await view.shows(FIRST + REST)
    assert.deepEqual(await view.stop(), { aborted: true, notified: true, status: 200 })
    const asked = await closed(`${server}/scripts/${id}/log`)
    assert.deepEqual(asked, [
      {
        method: 'POST',
        path: `/s/${id}`,
        body: '{"prompt":"Hello"}',
        outcome: 'client-closed',
      },
    ])
    const { requests } = await (await fetch(`${server}/sink/${key}/log`)).json()
    assert.deepEqual(
      requests.map((request: { method: string }) => request.method),
      ['POST'],
    )
  } finally {
    await view.close()
  }
}

/**
 * Asks in a chat by `useChat`, whose connection breaks, and stops it: the answer has to go on where it was, and the server has
 * to hear of the end.
 */
export async function converseByUseChat(
  server: string,
  open: (api: string) => Promise<ChatView>,
): Promise<void> {
  const start = [
    { type: 'start', messageId: 'm' },
    { type: 'text-start', id: 't' },
    { type: 'text-delta', id: 't', delta: FIRST },
  ]
  const rest = { type: 'text-delta', id: 't', delta: REST }
  const bytesOf = (...parts: object[]) =>
    parts.map((part) => `data: ${JSON.stringify(part)}\n\n`).join('')
  const { id } = await post(`${server}/scripts`, {
    attempts: [
      { steps: [{ send: bytesOf(...start) }, { waitFor: 'shown' }, { close: true }] },
      { steps: [{ send: bytesOf(...start, rest) }, { stall: true }] },
      {},
    ],
  })
  const view = await open(`${server}/s/${id}`)
  try {
    await view.ask()
    await view.shows(FIRST)
    await fetch(`${server}/scripts/${id}/signal/shown`, { method: 'POST' })
    await view.shows(FIRST + REST)
    assert.deepEqual(await view.stop(), { aborted: true, notified: true, status: 200 })
    await view.shows(FIRST + REST)
    const [asked, resumed, stopped, ...others] = await closed(`${server}/scripts/${id}/log`)
    const { id: chat, messages, trigger } = JSON.parse(asked!.body)
    assert.equal(trigger, 'submit-message')
    assert.deepEqual(messages[0].parts, [{ type: 'text', text: 'Hello' }])
    const path = `/s/${id}/${chat}`
    assert.deepEqual(
      [resumed, stopped, ...others],
      [
        { method: 'GET', path: `${path}/stream`, body: '', outcome: 'client-closed' },
        { method: 'POST', path: `${path}/stop`, body: '{}', outcome: 'completed' },
      ],
    )
  } finally {
    await view.close()
  }
}

/** A request that the server has seen. */
interface Request {
  method: string
  path: string
  body: string
  outcome: string
}

/** The requests of a script, once none of them is open. The log may be a moment behind. */
async function closed(log: string): Promise<Request[]> {
  for (;;) {
    const { requests } = (await (await fetch(log)).json()) as { requests: Request[] }
    if (requests.every(({ outcome }) => outcome !== 'open')) {
      return requests.map(({ method, path, body, outcome }) => ({ method, path, body, outcome }))
    }
    await delay(20)
  }
}

async function post(url: string, body: object) {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  assert.ok(response.ok, await response.clone().text())
  return response.json()
}
