import assert from 'node:assert/strict'
import { By, type WebDriver, until } from 'selenium-webdriver'
import { textOf } from '../webdriver/index.js'

/** The page with its answer at one moment. */
export interface Picture {
  /** Without white space: blocks are apart in the page, and their ends no text. */
  answer: string
  status: string
}

/** A text as `Picture` has it. */
export const bare = (text: string): string => text.replaceAll(/\s/g, '')

/** Whether the answer is whole. */
export const isComplete = (pictures: Picture[]): boolean =>
  pictures.at(-1)?.status.startsWith('complete') === true

/** Nothing of the answer was taken back. */
export function assertOnlyGrows(pictures: Picture[]): void {
  let last = ''
  for (const { answer } of pictures) {
    assert.ok(answer.startsWith(last), `${last} became ${answer}`)
    last = answer
  }
}

/** How long the page is waited for, in milliseconds. */
const PATIENCE = 60_000

const hook = (name: string) => By.css(`[data-testid=${name}]`)

/** The chat page, used as a person would: by its field and its buttons. */
export class ChatPage {
  readonly #driver: WebDriver

  constructor(driver: WebDriver) {
    this.#driver = driver
  }

  /** Loads the page, and begins to keep a picture of each change of it. */
  async open(url: string): Promise<void> {
    await this.#driver.get(url)
    await this.keepPictures()
  }

  /** Begins to keep a picture of each change of the page that is there. */
  async keepPictures(): Promise<void> {
    await this.#driver.wait(until.elementLocated(hook('prompt')), PATIENCE)
    await this.#driver.executeScript(keepPictures)
  }

  async ask(prompt: string): Promise<void> {
    await this.#driver.findElement(hook('prompt')).sendKeys(prompt)
    await this.#driver.findElement(hook('send')).click()
  }

  /** Clicks whatever has that `data-testid`. */
  async click(name: string): Promise<void> {
    await this.#driver.findElement(hook(name)).click()
  }

  /** The text of whatever has that `data-testid`, seen or not. */
  async textOf(name: string): Promise<string> {
    return textOf(this.#driver, `[data-testid=${name}]`)
  }

  /** The answer as the page keeps it for later: to the letter. */
  async kept(): Promise<string> {
    return this.#driver.executeScript(
      "return JSON.parse(localStorage['sluicegate:conversations'])[0].turns.at(-1).text",
    )
  }

  /** All pictures in which the answer or the status differs from the picture before. */
  async pictures(): Promise<Picture[]> {
    return this.#driver.executeScript('return window.pictures')
  }

  async now(): Promise<Picture> {
    const picture = (await this.pictures()).at(-1)
    if (!picture) throw new Error('nothing has been asked yet')
    return picture
  }

  /** Resolves with the pictures once they are as wanted. */
  async until(wanted: (pictures: Picture[]) => boolean): Promise<Picture[]> {
    let pictures: Picture[] = []
    await this.#driver.wait(
      async () => wanted((pictures = await this.pictures())),
      PATIENCE,
      'the page did not come to what was expected',
    )
    return pictures
  }
}

/**
 * Runs in the page. Observes it instead of asking again and again, so that no change is missed. No function inside may
 * have a name: tsx wraps those in a helper that the page does not have.
 */
function keepPictures(): void {
  const pictures: Picture[] = []
  Object.assign(window, { pictures })
  new MutationObserver(() => {
    const [answer, status] = ['answer', 'status'].map(
      (name) => document.querySelector(`[data-testid=${name}]`)?.textContent,
    )
    if (typeof answer !== 'string' || typeof status !== 'string') return
    const now = { answer: answer.replaceAll(/\s/g, ''), status: status.trim() }
    const last = pictures.at(-1)
    if (now.answer !== last?.answer || now.status !== last.status) pictures.push(now)
  }).observe(document.body, { subtree: true, childList: true, characterData: true })
}
