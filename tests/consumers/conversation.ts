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
      { method: 'POST', body: '{"prompt":"Hello"}', outcome: 'client-closed' },
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

/** The requests of a script, once none of them is open. The log may be a moment behind. */
async function closed(log: string): Promise<object[]> {
  for (;;) {
    const { requests } = await (await fetch(log)).json()
    const seen = requests.map(({ method, body, outcome }: Record<string, string>) => ({
      method,
      body,
      outcome,
    }))
    if (seen.every(({ outcome }: { outcome: string }) => outcome !== 'open')) return seen
    await delay(20)
  }
}

async function post(url: string, body: object) {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  assert.ok(response.ok, await response.clone().text())
  return response.json()
}
