import type { StreamError } from '../error.js'
import type { Endpoint } from '../fetch/endpoint.js'
import type { FetchFunction } from '../options.js'
import { checkEndpoint, invalid, repeatable } from '../fetch/request.js'

/** Milliseconds for a whole notification, unless the page says otherwise. */
const ENDPOINT_TIMEOUT = 10_000

/** An object of options, and what it is called in messages. `null` is absent. */
export class Reader {
  readonly #options: Record<string, unknown>
  readonly #path: string

  constructor(options: object, path = '') {
    this.#options = options as Record<string, unknown>
    this.#path = path
  }

  /** The value, unchecked if nothing is expected of it. */
  get<T>(name: string, expected = '', isValid: (value: never) => boolean = () => true) {
    const value = (this.#options[name] ?? undefined) as T | undefined
    if (value !== undefined && !isValid(value as never)) throw this.invalid(name, expected)
    return value
  }

  function<T>(name: string): T | undefined {
    return this.get(name, 'a function', (value) => typeof value === 'function')
  }

  string(name: string): string | undefined {
    return this.get(name, 'a string', (value) => typeof value === 'string')
  }

  number(name: string, least: number): number | undefined {
    const isValid = (value: unknown) => typeof value === 'number' && value >= least
    return this.get(name, `a number of at least ${least}`, isValid)
  }

  /** The index of the value, or -1. */
  oneOf(name: string, names: readonly string[]): number {
    const expected = names.map((one) => `'${one}'`).join(' or ')
    const isValid = (value: string) => names.includes(value)
    return names.indexOf(this.get<string>(name, expected, isValid) ?? '')
  }

  method(preset: string): string {
    const method = this.string('method') ?? preset
    // As `fetch` does for the methods that it knows; `patch` stays as it is there.
    return /^(delete|get|head|options|post|put)$/i.test(method) ? method.toUpperCase() : method
  }

  /** Its credentials and its `fetch` are the stream's. */
  endpoint<Context>(preset: string, { credentials }: RequestInit = {}, fetch?: FetchFunction) {
    const url = this.get('url')
    if (url === undefined) throw this.invalid('url', 'a URL or a function')
    const endpoint = {
      url,
      method: this.method(preset),
      headers: repeatable(this.get('headers')),
      body: this.get('body'),
      init: credentials ? { credentials } : {},
      fetch,
      timeout: this.number('timeout', 1) ?? ENDPOINT_TIMEOUT,
    } as Endpoint<Context>
    try {
      checkEndpoint(endpoint)
    } catch (error) {
      throw invalid(`in \`${this.#path.slice(0, -1)}\`: ${(error as Error).message}`)
    }
    return endpoint
  }

  invalid(name: string, expected: string): StreamError {
    return invalid(`\`${this.#path}${name}\` must be ${expected}`)
  }
}
