import { By, type WebDriver } from 'selenium-webdriver'

/** How long the page is waited for, in milliseconds. */
const PATIENCE = 120_000

/** React's own name for a bit of a fiber's mode. */
const STRICT_EFFECTS = 0b10000

/** What the page shows. */
export interface Shown {
  status: string
  /** What the page was told. */
  log: string[]
  /** The roles of the messages. */
  roles: string[]
  /** What was thought, and what was written. */
  thought: string
  text: string
  /** The parts of the last answer: the name of each element, and its text. */
  parts: [name: string, text: string][]
}

const SHOWN = `
  const answers = document.querySelectorAll('[data-role=assistant]')
  const parts = Array.from(answers[answers.length - 1]?.children ?? [], (node) => [node.localName, node.textContent])
  const textOf = (name) => parts.filter((part) => part[0] === name).map((part) => part[1]).join('')
  return {
    status: document.querySelector('[role=status]')?.textContent,
    log: Array.from(document.querySelectorAll('li'), (line) => line.textContent),
    roles: Array.from(document.querySelectorAll('article'), (article) => article.dataset.role),
    thought: textOf('blockquote'),
    text: textOf('p'),
    parts,
  }`

/** A page of the example, used as a person would. */
export class NextPage {
  readonly #driver: WebDriver

  constructor(driver: WebDriver) {
    this.#driver = driver
  }

  /** Opens a chat. */
  async open(url: string, chat: string): Promise<void> {
    await this.#driver.get(`${url}/chat/${chat}`)
    await this.#isAlive()
  }

  async reload(): Promise<void> {
    await this.#driver.navigate().refresh()
    await this.#isAlive()
  }

  async back(): Promise<void> {
    await this.#driver.navigate().back()
    await this.#isAlive()
  }

  async ask(prompt: string): Promise<void> {
    const field = this.#driver.findElement(By.name('prompt'))
    await field.clear()
    await field.sendKeys(prompt)
    await this.#driver.findElement(By.xpath('//button[.="Ask"]')).click()
  }

  async stop(): Promise<void> {
    await this.#driver.findElement(By.xpath('//button[.="Stop"]')).click()
  }

  /** Goes to the app's other page. */
  async leave(): Promise<void> {
    await this.#driver.findElement(By.linkText('About')).click()
    // Asked by a script: WebKit's driver fails when what it finds goes at that moment.
    const isLeft = 'return document.querySelector("form") === null'
    await this.#driver.wait(() => this.#driver.executeScript<boolean>(isLeft), PATIENCE)
  }

  shown(): Promise<Shown> {
    return this.#driver.executeScript(SHOWN)
  }

  async until(wanted: (shown: Shown) => boolean): Promise<Shown> {
    let shown: Shown | undefined
    await this.#driver
      .wait(async () => wanted((shown = await this.shown())), PATIENCE)
      .catch((error) => {
        throw new Error(`${error}: ${JSON.stringify(shown).slice(0, 1000)}`)
      })
    return shown!
  }

  /** Whether React mounts everything twice. */
  async isStrict(): Promise<boolean> {
    const mode = await this.#driver.executeScript<number>(`
      const form = document.querySelector('form')
      return form[Object.keys(form).find((key) => key.startsWith('__reactFiber'))].mode`)
    return (mode & STRICT_EFFECTS) !== 0
  }

  /** Until then, the server's HTML is there, but nothing that answers a click. */
  async #isAlive(): Promise<void> {
    const hasFocus = 'return document.activeElement?.name === "prompt"'
    await this.#driver.wait(() => this.#driver.executeScript(hasFocus), PATIENCE, 'not alive')
  }
}
