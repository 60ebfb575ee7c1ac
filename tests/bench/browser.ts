import type { WebDriver } from 'selenium-webdriver'
import type { BenchApi } from '../../www/bench/report'

type Returned<K extends keyof BenchApi> = Awaited<ReturnType<BenchApi[K]>>

/** The longest that one call into the page may take, in milliseconds. */
const SCRIPT_TIMEOUT = 30 * 60_000

/** Opens the bench page again, cross-origin isolated: only then are the clocks finer than 0.1 ms. */
export async function openPage(driver: WebDriver, server: string): Promise<void> {
  await driver.manage().setTimeouts({ script: SCRIPT_TIMEOUT })
  await driver.get('about:blank')
  await driver.get(`${server}/isolated/bench/index.html`)
  await driver.wait(
    () => driver.executeScript('return "sluicegateBench" in globalThis'),
    30_000,
    'the bench page did not start: is the site built?',
  )
}

/** Calls one of the page's functions and waits for what it returns. */
export async function call<K extends keyof BenchApi>(
  driver: WebDriver,
  name: K,
  ...args: Parameters<BenchApi[K]>
): Promise<Returned<K>> {
  const [error, value] = await driver.executeAsyncScript<[string | null, Returned<K>]>(
    `const [name, args, done] = arguments
    Promise.resolve()
      .then(() => sluicegateBench[name](...args))
      .then((value) => done([null, value]), (error) => done([String(error), null]))`,
    name,
    args,
  )
  if (error !== null) throw new Error(error)
  return value
}
