import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { WebDriver } from 'selenium-webdriver'
import { type Engine, launch, type Server, startServer } from '../webdriver/index.js'

const PAGES = fileURLToPath(new URL('pages', import.meta.url))

/** The longest that a measure in the page may take, in milliseconds. */
const PATIENCE = 2 * 60_000

/** A driver of Chromium's can do this, though not every driver. */
interface DevTools {
  sendDevToolsCommand(command: string, parameters?: object): Promise<void>
}

/** A browser, and a test server of its own. */
export class Browser implements AsyncDisposable {
  readonly engine: Engine
  readonly driver: WebDriver
  readonly #server: Server
  readonly #site: string

  private constructor(engine: Engine, driver: WebDriver, server: Server, site: string) {
    this.engine = engine
    this.driver = driver
    this.#server = server
    this.#site = site
  }

  static async start(engine: Engine): Promise<Browser> {
    const site = await mkdtemp(join(tmpdir(), 'sluicegate-measure-'))
    const names = ['index', 'frame']
    await build({
      entryPoints: names.map((name) => join(PAGES, `${name}.ts`)),
      bundle: true,
      format: 'esm',
      target: 'es2022',
      outdir: site,
    })
    const wasm = createRequire(import.meta.url).resolve('sluicegate/wasm')
    await copyFile(wasm, join(site, 'sluicegate.wasm'))
    for (const name of names) {
      const script = `<script type="module" src="${name}.js"></script>`
      const html = `<!doctype html><link rel="icon" href="data:,"><title></title><body>${script}`
      await writeFile(join(site, `${name}.html`), html)
    }
    const server = await startServer('sluicegate-test-server', ['--site', site])
    const driver = await launch(engine)
    await driver.manage().setTimeouts({ script: PATIENCE, pageLoad: PATIENCE })
    return new Browser(engine, driver, server, site)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A browser that hangs may fail to quit, too; its driver is gone all the same.
    await this.driver.quit().catch(console.log)
    await this.#server.stop()
    await rm(this.#site, { recursive: true, force: true })
  }

  /** `http:` is HTTP/1.1, `https:` HTTP/2. */
  origin(scheme: 'http:' | 'https:'): string {
    return this.#server.url.replace('http:', scheme)
  }

  /** Loads a page, also if it is loaded already. */
  async load(name: 'index' | 'frame', query = ''): Promise<void> {
    await this.driver.get('about:blank')
    await this.driver.get(`${this.origin('http:')}/site/${name}.html${query}`)
    if (name === 'index') {
      await this.driver.wait(() =>
        this.driver.executeScript<boolean>('return !!globalThis.measures'),
      )
    }
  }

  /** Calls a function of pages/index.ts. */
  async call<T>(name: string, ...args: unknown[]): Promise<T> {
    const answer = await this.#patiently(
      this.driver.executeAsyncScript<{ value?: T; error?: string }>(
        `const [name, args, done] = arguments
      Promise.resolve(measures[name](...args)).then((value) => done({ value }), (error) => done({ error: String(error) }))`,
        name,
        args,
      ),
    )
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer.value as T
  }

  /** A driver can wait for ever for a page that hangs. */
  async #patiently<T>(answer: Promise<T>): Promise<T> {
    const late = delay(PATIENCE, undefined, { ref: false }).then(() => {
      throw new Error(`the page hangs: no answer for ${PATIENCE / 60_000} minutes`)
    })
    return Promise.race([answer, late])
  }

  async devTools(command: string, parameters: object = {}): Promise<void> {
    await (this.driver as unknown as DevTools).sendDevToolsCommand(command, parameters)
  }

  async json<T>(path: string, init?: RequestInit): Promise<T> {
    return (await (await fetch(this.origin('http:') + path, init)).json()) as T
  }

  /** How many notifications came to a sink. */
  async received(sink: string): Promise<number> {
    return (await this.json<{ requests: unknown[] }>(`${sink}/log`)).requests.length
  }

  /** Registers a script of these attempts. */
  async script(attempts: object[]): Promise<string> {
    const body = JSON.stringify({ attempts })
    return (await this.json<{ id: string }>('/scripts', { method: 'POST', body })).id
  }

  /** When the requests to a script came, in milliseconds of the server's clock. */
  async requests(id: string): Promise<number[]> {
    const log = await this.json<{ requests: { startedMs: number }[] }>(`/scripts/${id}/log`)
    return log.requests.map(({ startedMs }) => startedMs)
  }
}
