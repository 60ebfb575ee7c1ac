// @vitest-environment jsdom
/** The same page in both frameworks, over a real server. */
import { cleanStores } from 'nanostores'
import { createElement, StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp } from 'vue'
import { Chat } from '../chat/chat'
import { $conversations } from '../chat/conversations'
import { followModels } from '../chat/models'
import { ChatPage as ReactPage } from '../react/ChatPage'
import { $language, $model, $relay, $theme } from '../site/settings'
import VuePage from '../vue/ChatPage.vue'
import { answerOf, startRelay, type TestRelay } from './relay'

/** Shows the page in `place`, and returns what takes it away. */
type Mount = (chat: Chat, place: HTMLElement) => () => void

const FRAMEWORKS: Record<string, Mount> = {
  Vue: (chat, place) => {
    const app = createApp(VuePage, { chat })
    app.mount(place)
    return () => app.unmount()
  },
  React: (chat, place) => {
    const root = createRoot(place)
    flushSync(() =>
      root.render(createElement(StrictMode, null, createElement(ReactPage, { chat }))),
    )
    return () => root.unmount()
  },
}

// Stores let their listeners go a second after their last reader: the window is gone by then.
afterAll(() => cleanStores($conversations, $language, $model, $relay, $theme))

// What jsdom lacks, and nothing here is about.
vi.stubGlobal(
  'ResizeObserver',
  class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
)
window.matchMedia = () => ({ matches: false }) as MediaQueryList
Element.prototype.scrollTo = () => {}

// jsdom's is of another realm than the chunks of Node's `fetch`.
vi.stubGlobal('Uint8Array', Object.getPrototypeOf(Buffer))

followModels()

describe.each(Object.entries(FRAMEWORKS))('the chat page in %s', (_, mount) => {
  let relay: TestRelay
  let place: HTMLElement
  let chat: Chat
  let unmount: () => void

  beforeEach(async () => {
    relay = await startRelay()
    localStorage.clear()
    $conversations.set([])
    $language.set('en')
    $model.set('')
    $relay.set(relay.url)
    place = document.body.appendChild(document.createElement('div'))
    chat = new Chat()
    unmount = mount(chat, place)
  })

  afterEach(async () => {
    await chat.stop()
    unmount()
    place.remove()
    await relay[Symbol.asyncDispose]()
  })

  const find = (name: string) => place.querySelector<HTMLElement>(`[data-testid=${name}]`)
  const textOf = (name: string) => find(name)?.textContent
  const status = (wanted: string | RegExp) =>
    vi.waitFor(() => expect(textOf('status')).toMatch(wanted), 5000)
  const asked = () => relay.received.filter(({ path }) => path === '/chat')

  it('shows an answer rendered, its figures and its events', async () => {
    relay.chat = answerOf(['a **b', '** c'], true)
    chat.ask('Hello?')
    await status(/complete\s+·\s+2 tokens/)
    expect(find('answer')!.innerHTML).toContain('a <strong>b</strong> c')
    expect(textOf('stats')).toContain('from one')
    expect(textOf('raw-events')).toContain('id')
    expect(asked()).toHaveLength(1)
    expect(asked()[0]!.body).toMatchObject({ prompt: 'Hello?', messages: [] })
  })

  it('sends what was said before, and the model that was chosen', async () => {
    relay.chat = answerOf(['One.'], true)
    chat.ask('First?')
    await status('complete')
    await vi.waitFor(() => expect(find('model')?.textContent).toContain('two'))
    const models = find('model') as HTMLSelectElement
    models.value = 'two'
    models.dispatchEvent(new Event('change', { bubbles: true }))
    chat.ask('Second?')
    await vi.waitFor(() => expect(asked()).toHaveLength(2))
    expect(asked()[1]!.body).toMatchObject({
      prompt: 'Second?',
      model: 'two',
      messages: [
        { role: 'user', content: 'First?' },
        { role: 'assistant', content: 'One.' },
      ],
    })
  })

  it('Stop keeps the text, tells the server, and says what cancel() reported', async () => {
    relay.chat = answerOf(['Half'], false)
    chat.ask('Hello?')
    await vi.waitFor(() => expect(textOf('answer')).toBe('Half\n'))
    find('stop')!.click()
    await status('stopped here and on the server')
    expect(textOf('answer')).toBe('Half\n')
    expect(textOf('report')).toContain('{ aborted: true, notified: true, status: 200 }')
    const { userId, sessionId } = asked()[0]!.body
    expect(relay.received.at(-1)).toEqual({ path: '/chat/cancel', body: { userId, sessionId } })
  })

  it('shows why an answer failed; Retry asks anew, under another name', async () => {
    relay.chat = (response) => {
      response.statusCode = 503
      response.end()
    }
    chat.ask('Hello?')
    await status('failed')
    expect(place.querySelector('[role=alert]')!.textContent).toContain('http')
    relay.chat = answerOf(['Now.'], true)
    find('retry')!.click()
    await status('complete')
    expect(textOf('answer')).toBe('Now.\n')
    const [first, second] = asked().map(({ body }) => body['sessionId'])
    expect(second).not.toBe(first)
  })

  it("shows the relay's own reason, and says so when an answer was cut short", async () => {
    relay.chat = (response) => {
      answerOf(['Half'], false)(response)
      const error = { code: 'upstream_down', message: 'the model is gone' }
      response.end(`event: error\ndata: ${JSON.stringify({ error })}\n\n`)
    }
    chat.ask('Hello?')
    await status('failed')
    const alert = () => place.querySelector('[role=alert]')!.textContent
    expect(alert()).toMatch(/upstream_down.*the model is gone/)
    expect(textOf('answer')).toBe('Half\n')
    relay.chat = (response) => {
      answerOf(['Half'], false)(response)
      response.end()
    }
    find('retry')!.click()
    await vi.waitFor(() => expect(alert()).toContain('ended before the answer was complete'), 5000)
    expect(textOf('answer')).toBe('Half\n')
  })

  it('keeps conversations, and stops the answer of the one that is left', async () => {
    const first = chat.$conversation.get()
    relay.chat = answerOf(['Half'], false)
    chat.ask('Hello?')
    await vi.waitFor(() => expect(textOf('answer')).toBe('Half\n'))
    chat.open('another')
    await vi.waitFor(() => expect(relay.received.at(-1)!.path).toBe('/chat/cancel'))
    await vi.waitFor(() => expect(find('answer')).toBeNull())
    expect(place.querySelector(`a[href="#${first}"]`)!.textContent).toBe('Hello?')
    chat.open(first)
    await vi.waitFor(() => expect(textOf('answer')).toBe('Half\n'))
    expect(textOf('status')).toContain('stopped')
  })

  it('says so when the relay makes no weather', async () => {
    relay.chat = answerOf(['Half'], false)
    chat.ask('Hello?')
    await vi.waitFor(() => expect(textOf('answer')).toBe('Half\n'))
    find('weather-drop')!.click()
    await vi.waitFor(() => expect(place.textContent).toContain('Start it with --weather'))
  })

  it('speaks Chinese', async () => {
    $language.set('zh')
    await vi.waitFor(() => expect(textOf('send')!.trim()).toBe('发送'))
  })
})
