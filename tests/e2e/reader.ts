import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { WebDriver } from 'selenium-webdriver'
import { callPage, folderWithPage } from './page-at-relay.js'
import type { Reading } from './reading-page.js'

/** How long something is waited for, in milliseconds. */
const PATIENCE = 30_000

/** A folder with reading-page.ts as its `index.html`, until it is disposed of. */
export async function readingPage(): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await folderWithPage(new URL('reading-page.ts', import.meta.url))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

/** A stream that the page reads. */
export class Reader {
  static #count = 0
  readonly #driver: WebDriver
  readonly #name = `stream ${Reader.#count++}`

  private constructor(driver: WebDriver) {
    this.#driver = driver
  }

  /** Opens it, with options that JSON can tell. */
  static async open(driver: WebDriver, url: string, options: object): Promise<Reader> {
    const reader = new Reader(driver)
    await driver.wait(() => driver.executeScript<boolean>('return "read" in window'), PATIENCE)
    await callPage(driver, 'read', reader.#name, url, options)
    return reader
  }

  async until(wanted: (reading: Reading) => boolean): Promise<Reading> {
    const deadline = performance.now() + PATIENCE
    for (;;) {
      const reading = await callPage<Reading>(this.#driver, 'look', this.#name)
      if (wanted(reading)) return reading
      if (performance.now() > deadline) throw new Error(`it stays so: ${JSON.stringify(reading)}`)
      await delay(20)
    }
  }

  untilOver(): Promise<Reading> {
    return this.until(({ ended }) => ended !== undefined)
  }

  /** Stops it; resolves to what `cancel()` does. */
  cancel(): Promise<object> {
    return callPage(this.#driver, 'cancel', this.#name)
  }
}
