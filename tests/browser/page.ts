import { setTimeout as delay } from 'node:timers/promises'
import type { WebDriver } from 'selenium-webdriver'
import { type Engine, launch } from '../webdriver/index.js'
import type { Listener } from './listener.js'
import type { Progress } from './support/progress.js'

/** How often the page is asked for news, in milliseconds. */
const INTERVAL = 200

/** A page without news for so long hangs: longer than any test may take. */
const PATIENCE = 15 * 60_000

/** The longest that the page may take to answer a question: it blocks then. */
const ANSWER_TIMEOUT = 5 * 60_000

/** For the heap's size as it is, and for when nothing is left on it but what is in use. */
const ARGUMENTS: Record<Engine, string[]> = {
  chromium: ['--js-flags=--expose-gc', '--enable-precise-memory-info'],
  firefox: [],
  webkit: [],
}

/** Runs the suites `rounds` times in a new browser, the page loaded again for each round. */
export async function runPage(url: string, rounds: number, listener: Listener): Promise<void> {
  const { engine } = listener
  let driver: WebDriver | undefined
  try {
    driver = await launch(engine, ARGUMENTS[engine])
    await driver.manage().setTimeouts({ script: ANSWER_TIMEOUT, pageLoad: ANSWER_TIMEOUT })
    for (let round = 0; round < rounds; round++) {
      await driver.get('about:blank')
      await driver.get(url)
      await follow(driver, listener)
    }
  } catch (error) {
    listener.broke(error instanceof Error ? error.message : String(error))
  } finally {
    // A browser that hangs may fail to quit, too; its driver is gone all the same.
    await driver?.quit().catch((error: unknown) => listener.broke(`did not quit: ${error}`))
  }
}

async function follow(driver: WebDriver, listener: Listener): Promise<void> {
  let latest = Date.now()
  for (;;) {
    const news = await driver.executeScript<Progress[] | null>(
      'return globalThis.takeProgress?.() ?? null',
    )
    for (const progress of news ?? []) {
      latest = Date.now()
      listener.hear(progress)
      if (progress.type === 'end') return
    }
    if (Date.now() - latest > PATIENCE) {
      throw new Error(`the page hangs: no news for ${PATIENCE / 60_000} minutes`)
    }
    await delay(INTERVAL)
  }
}
