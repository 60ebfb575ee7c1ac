import { By, until, type WebDriver } from 'selenium-webdriver'
import type { Pace, PageRequest } from './page.js'

/** What a page shows. */
export interface Shown {
  status: string
  count: number
  text: string
}

/** How long a page is waited for, in milliseconds. */
const PATIENCE = 60_000

/** A page, used as a person would. */
export class View {
  readonly #driver: WebDriver

  constructor(driver: WebDriver) {
    this.#driver = driver
  }

  async open(page: string, request: PageRequest): Promise<void> {
    const url = new URL(page)
    url.searchParams.set('request', JSON.stringify(request))
    await this.#driver.get(url.href)
    await this.#driver.wait(until.elementLocated(By.id('status')), PATIENCE)
  }

  async click(id: 'start' | 'stop' | 'leave'): Promise<void> {
    await this.#driver.findElement(By.id(id)).click()
  }

  async waitForAway(): Promise<void> {
    await this.#driver.wait(until.elementLocated(By.id('away')), PATIENCE)
  }

  shown(): Promise<Shown> {
    return this.#driver.executeScript(readPage)
  }

  /** What is shown once it is as wanted. */
  async until(wanted: (shown: Shown) => boolean): Promise<Shown> {
    let shown: Shown | undefined
    try {
      await this.#driver.wait(async () => wanted((shown = await this.shown())), PATIENCE)
    } catch (cause) {
      throw new Error(`the page did not come to what was expected: ${JSON.stringify(shown)}`, {
        cause,
      })
    }
    return shown!
  }

  pace(): Promise<Pace> {
    return this.#driver.executeScript('return pace()')
  }
}

/** Runs in the page. No function inside may have a name: tsx wraps those in a helper that the page does not have. */
function readPage(): Shown {
  const [status, count, text] = ['status', 'count', 'text'].map(
    (id) => document.getElementById(id)!.textContent,
  )
  return { status: status!, count: Number(count), text: text! }
}
