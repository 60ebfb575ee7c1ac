/** Browsers for tests and benchmarks, driven over W3C WebDriver. Nothing is downloaded: what is installed is used. */

import { Builder, Capabilities, type WebDriver } from 'selenium-webdriver'
import {
  type Driver,
  find,
  startChromedriver,
  startGeckodriver,
  startWebKitDriver,
} from './drivers.js'

export { freePort } from './drivers.js'
export { type Server, startServer } from './server.js'

export type Engine = 'chromium' | 'firefox' | 'webkit'

/** All engines, for suites that run in each. */
export const ENGINES: readonly Engine[] = ['chromium', 'firefox', 'webkit']

/** How long a session may take to start and to quit, in milliseconds. */
const START_TIMEOUT = 60_000
const QUIT_TIMEOUT = 10_000

/**
 * Root needs Chromium without its sandbox, and so do most containers; every page here is our own. The rest keeps the
 * browser from calling home.
 */
const CHROMIUM_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The test server's certificate is signed by itself. */
const COMMON = { acceptInsecureCerts: true }

interface Kind {
  start(): Promise<Driver>
  capabilities(args: string[]): object
}

const KINDS: Record<Engine, Kind> = {
  chromium: {
    start: startChromedriver,
    capabilities: (args) => ({
      ...COMMON,
      browserName: 'chrome',
      'goog:chromeOptions': {
        binary: find('chromium', 'chromium-browser', 'google-chrome'),
        args: [...CHROMIUM_ARGUMENTS, ...args],
      },
    }),
  },
  firefox: {
    start: startGeckodriver,
    capabilities: (args) => ({
      ...COMMON,
      browserName: 'firefox',
      'moz:firefoxOptions': {
        binary: find('firefox-esr', 'firefox'),
        args: ['-headless', ...args],
      },
    }),
  },
  webkit: {
    start: startWebKitDriver,
    // No binary is named: WebKitWebDriver then starts the MiniBrowser that it was installed with.
    capabilities: (args) => ({
      ...COMMON,
      browserName: 'MiniBrowser',
      ...(args.length > 0 && { 'webkitgtk:browserOptions': { args: ['--automation', ...args] } }),
    }),
  },
}

/**
 * Starts a browser without a window to see, with an empty profile. `quit()` ends it and its driver; so does the end of
 * this process, whatever its reason.
 *
 * `args` are added to the browser's command line.
 */
export async function launch(engine: Engine, args: string[] = []): Promise<WebDriver> {
  const driver = await KINDS[engine].start()
  try {
    const builder = new Builder()
      .disableEnvironmentOverrides()
      .usingServer(driver.url)
      .withCapabilities(new Capabilities(KINDS[engine].capabilities(args)))
    const session = await within(START_TIMEOUT, builder.build())
    const quit = session.quit.bind(session)
    session.quit = async () => {
      try {
        await within(QUIT_TIMEOUT, quit())
      } finally {
        await driver.stop()
      }
    }
    return session
  } catch (error) {
    await driver.stop()
    throw driver.failure(`started no ${engine} (${error})`)
  }
}

/** The text of what a selector matches first, seen or not. A script reads it, since it may be replaced meanwhile. */
export function textOf(driver: WebDriver, selector: string): Promise<string> {
  return driver.executeScript('return document.querySelector(arguments[0]).textContent', selector)
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`no answer within ${milliseconds} ms`)
    timer = setTimeout(() => reject(error), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
