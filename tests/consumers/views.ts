import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { By, until, type WebDriver } from 'selenium-webdriver'
import type { Command } from './consumers.js'
import { type ChatView, type Endpoints, PIECES, type View } from './conversation.js'
import type { App } from './workshop.js'

/** How long anything may take to show, in milliseconds, on a machine that has other things to do. */
const PATIENCE = 60_000

/**
 * A page with an `<output>` for the text, a button, and an `<output>` for what `cancel()` returned. With a chat by `useChat`, a
 * second button asks.
 */
export async function openPage(
  browser: WebDriver,
  page: string,
  parameters: Endpoints | { useChat: string },
): Promise<ChatView> {
  await browser.get(`${page}?${new URLSearchParams({ ...parameters })}`)
  const shows = async (index: number, isIt: (text: string) => boolean) => {
    let text = ''
    const look = async () => {
      text = await browser.executeScript<string>(
        `return document.querySelectorAll('output')[arguments[0]]?.textContent ?? ''`,
        index,
      )
      return isIt(text)
    }
    await browser.wait(look, PATIENCE).catch((cause) => {
      throw new Error(`${page} shows ${JSON.stringify(text)}`, { cause })
    })
    return text
  }
  return {
    shows: async (text) => void (await shows(0, (shown) => shown === text)),
    stop: async () => {
      await browser.findElement(By.css('button')).click()
      return JSON.parse(await shows(1, (shown) => shown !== ''))
    },
    ask: async () => {
      const button = By.css('button:nth-of-type(2)')
      const found = await browser.wait(until.elementLocated(button), PATIENCE)
      await browser.wait(until.elementIsEnabled(found), PATIENCE)
      await found.click()
    },
    close: () => browser.get('about:blank'),
  }
}

/** A program that prints each piece on a line, and stops at Ctrl-C. */
export async function openTerminal(
  [program, ...args]: Command,
  { folder, environment }: App,
  { chat, cancel }: Endpoints,
): Promise<View> {
  const child = spawn(program, [...args, chat, cancel], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: PATIENCE,
  })
  const ended = once(child, 'close')
  const lines = new Lines(child.stdout)
  return {
    shows: (text) => lines.addUpTo(text),
    stop: async () => {
      child.kill('SIGINT')
      const outcome = JSON.parse(await lines.next())
      // By itself: a stream that has ended holds nothing open.
      assert.deepEqual(await ended, [0, null])
      return outcome
    },
    close: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** A worker that answers with each piece on a line, and stops after the last. */
export async function openWorker(address: string, endpoints: Endpoints): Promise<View> {
  const query = new URLSearchParams({ ...endpoints, pieces: String(PIECES) })
  const { body } = await fetch(`${address}/?${query}`, {
    // It would compress the answer, and keep the first pieces until there are more.
    headers: { 'accept-encoding': 'identity' },
    signal: AbortSignal.timeout(PATIENCE),
  })
  const lines = new Lines(Readable.from(body!))
  return {
    shows: (text) => lines.addUpTo(text),
    stop: async () => JSON.parse(await lines.next()),
    close: async () => undefined,
  }
}

/** What something prints, line by line. */
class Lines {
  readonly #lines: AsyncIterator<string>
  #text = ''

  constructor(input: Readable) {
    this.#lines = createInterface({ input })[Symbol.asyncIterator]()
  }

  async next(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`nothing came after ${JSON.stringify(this.#text)}`)
    return value
  }

  /** Resolves once the lines together make this text. */
  async addUpTo(text: string): Promise<void> {
    while (this.#text !== text) {
      this.#text += await this.next()
      assert.ok(text.startsWith(this.#text), this.#text)
    }
  }
}
