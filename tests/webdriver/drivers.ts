import { accessSync, constants } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Program } from './program.js'

/** A driver that takes sessions. */
export interface Driver {
  readonly url: string
  /** Why it failed, with the end of its output. */
  failure(what: string): Error
  stop(): Promise<void>
}

/** How often another port is tried, where one is taken. */
const PORT_ATTEMPTS = 5

export const startChromedriver = () =>
  announcing(
    // Left to itself, it takes a port that is free in IPv6, and ends if the same is not free in IPv4.
    async () => new Program(find('chromedriver'), [`--port=${await freePort()}`]),
    /started successfully on port (\d+)\./,
  )

export const startGeckodriver = () =>
  announcing(
    // Without the second option, two browsers at a time would want the same port for WebDriver BiDi.
    async () => new Program(find('geckodriver'), ['--port=0', '--websocket-port=0']),
    /Listening on \S+:(\d+)\n/,
  )

/** WebKitGTK has no headless mode: it opens its window on a virtual display. */
export async function startWebKitDriver(): Promise<Driver> {
  const display = new Program(find('Xvfb'), [
    '-displayfd',
    '1', // it chooses a free display and prints its number
    '-screen',
    '0',
    '1280x1024x24',
    '-nolisten',
    'tcp',
  ])
  try {
    const [, number] = await display.printed(/^(\d+)\n/m)
    const driver = await webKitDriver(`:${number}`)
    const stop = async () => {
      await driver.stop()
      await display.stop()
    }
    return { ...driver, stop }
  } catch (error) {
    await display.stop()
    throw error
  }
}

/** The path of the first of these programs that is installed. */
export function find(...names: string[]): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // Not in this folder.
      }
    }
  }
  throw new Error(
    `${names.join(' or ')} is not on the path; cargo xtask installs it and puts it there`,
  )
}

/** A driver that prints its port. */
async function announcing(start: () => Promise<Program>, pattern: RegExp): Promise<Driver> {
  for (let attempt = 1; ; attempt++) {
    const program = await start()
    try {
      const [, port] = await program.printed(pattern)
      return driverOf(program, `http://127.0.0.1:${port}`)
    } catch (error) {
      const { ended } = program
      await program.stop()
      // Somebody else may have taken the port in the meantime.
      if (!ended || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

/** WebKitWebDriver needs to be told its port, and prints no line once it listens. */
async function webKitDriver(display: string): Promise<Driver> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const program = new Program(find('WebKitWebDriver'), [`--port=${port}`], {
      DISPLAY: display,
      GDK_BACKEND: 'x11',
      // Its sandbox does not start as root, nor in most containers; every page here is our own.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    })
    const url = `http://127.0.0.1:${port}`
    while (!program.ended) {
      if (await answers(`${url}/status`)) return driverOf(program, url)
      await delay(20)
    }
    const failure = program.failure('did not start')
    await program.stop()
    // Somebody else may have taken the port in the meantime.
    if (attempt === PORT_ATTEMPTS) throw failure
  }
}

function driverOf(program: Program, url: string): Driver {
  return { url, failure: (what) => program.failure(what), stop: () => program.stop() }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}

/** Returns a port that is free. */
export async function freePort(): Promise<number> {
  for (;;) {
    // The system hands out ports above 32767: none of them, so that no other program gets this one first.
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    const server = createServer().listen(port, '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue
      throw error
    }
    server.close()
    await once(server, 'close')
    return port
  }
}
