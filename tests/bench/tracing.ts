import type { WebDriver } from 'selenium-webdriver'
import { WebSocket } from 'undici'

/** What the DevTools protocol says of a page's main thread. */
export interface MainThread {
  /** Milliseconds of all tasks together, and of the longest. */
  total: number
  longest: number
}

interface TraceEvent {
  name: string
  pid: number
  tid: number
  /** Microseconds. */
  dur?: number
  args?: { name?: string }
}

interface Answer {
  id?: number
  method?: string
  params?: { value?: TraceEvent[] }
  result?: object
  error?: { message: string }
}

/** Chromium's DevTools protocol over a socket of its own: through the driver, its events can't be had. */
export class Tracing implements Disposable {
  readonly #socket: WebSocket
  readonly #answers = new Map<number, (answer: Answer) => void>()
  #events: TraceEvent[] = []
  #completed = () => {}
  #ids = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => this.#take(JSON.parse(data) as Answer))
  }

  /** Attaches to the page that the driver shows. */
  static async of(driver: WebDriver): Promise<Tracing> {
    const capabilities = await driver.getCapabilities()
    const { debuggerAddress } = capabilities.get('goog:chromeOptions')
    const targets = await (await fetch(`http://${debuggerAddress}/json/list`)).json()
    const page = targets.find(({ type }: { type: string }) => type === 'page')
    const socket = new WebSocket(page.webSocketDebuggerUrl)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', ({ error }) => reject(error))
    })
    return new Tracing(socket)
  }

  [Symbol.dispose](): void {
    this.#socket.close()
  }

  /** Does something, and measures the tasks of the page's main thread meanwhile. */
  async measure<T>(work: () => Promise<T>): Promise<[T, MainThread]> {
    this.#events = []
    await this.#send('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline', '__metadata'] },
    })
    const value = await work()
    const completed = new Promise<void>((resolve) => (this.#completed = resolve))
    await this.#send('Tracing.end')
    await completed
    return [value, this.#mainThread()]
  }

  #mainThread(): MainThread {
    const sums = new Map<string, MainThread>()
    const mains = new Set<string>()
    for (const { name, pid, tid, dur = 0, args } of this.#events) {
      const thread = `${pid} ${tid}`
      if (args?.name === 'CrRendererMain') mains.add(thread)
      if (name !== 'RunTask') continue
      const { total, longest } = sums.get(thread) ?? { total: 0, longest: 0 }
      const milliseconds = dur / 1000
      const sum = { total: total + milliseconds, longest: Math.max(longest, milliseconds) }
      sums.set(thread, sum)
    }
    // A page that was left may be among them.
    const [page] = [...mains]
      .flatMap((thread) => sums.get(thread) ?? [])
      .toSorted((one, other) => other.total - one.total)
    if (!page) throw new Error('the trace has no tasks of a page')
    return page
  }

  async #send(method: string, params: object = {}): Promise<object> {
    const id = ++this.#ids
    const answer = new Promise<Answer>((resolve) => this.#answers.set(id, resolve))
    this.#socket.send(JSON.stringify({ id, method, params }))
    const { result, error } = await answer
    if (!result) throw new Error(`${method}: ${error?.message}`)
    return result
  }

  #take({ id, method, params, ...answer }: Answer): void {
    if (id !== undefined) this.#answers.get(id)?.(answer)
    if (method === 'Tracing.dataCollected') this.#events.push(...(params?.value ?? []))
    if (method === 'Tracing.tracingComplete') this.#completed()
  }
}
