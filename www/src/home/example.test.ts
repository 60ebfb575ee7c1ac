// @vitest-environment jsdom
/** The example of the landing page, as it stands there. */
import { afterEach, expect, it, vi } from 'vitest'
import { answerOf, startRelay } from '../test/relay'

/** In milliseconds. */
const PATIENCE = 30_000

afterEach(() => vi.unstubAllGlobals())

it(
  'shows the answer as it comes, and stops the backend',
  async () => {
    await using backend = await startRelay()
    backend.chat = answerOf(['A ', 'joke'], false)
    document.body.innerHTML = '<button id="stopButton"></button><output id="answer"></output>'
    const [stopButton, answer] = document.body.children as unknown as [HTMLElement, HTMLElement]
    // What elements with an id are in a browser; and the page's own server.
    const realFetch = fetch
    vi.stubGlobal('stopButton', stopButton)
    vi.stubGlobal('answer', answer)
    vi.stubGlobal('fetch', (url: string, init: RequestInit) =>
      realFetch(new URL(new URL(url, document.baseURI).pathname, backend.url), init),
    )
    // jsdom's is of another realm than the chunks of Node's `fetch`.
    vi.stubGlobal('Uint8Array', Object.getPrototypeOf(Buffer))

    const path = './example.js'
    const ended = import(path)
    await vi.waitFor(() => expect(answer.textContent).toBe('A joke'), PATIENCE)
    stopButton.click()
    await ended
    await vi.waitFor(() => expect(backend.received).toHaveLength(2), PATIENCE)
    const [asked, stopped] = backend.received
    expect(asked).toMatchObject({
      path: '/chat',
      body: { messages: [{ role: 'user', content: 'Tell me a joke.' }] },
    })
    expect(stopped).toEqual({
      path: '/chat/cancel',
      body: { sessionId: asked!.body['sessionId'] },
    })
  },
  PATIENCE,
)
