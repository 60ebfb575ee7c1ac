/** The emulators of tests/vendors as the page sees them, and the recipes of docs/backends.md for them. */

import { expect } from 'chai'
import { type Recipe, RECIPES } from 'recipes'
import type { EventStream, OpenOptions } from 'sluicegate'
import { textOf } from 'sluicegate/llm'
import type { BackendName } from '../../vendors/backends/index.js'
import type { Plan } from '../../vendors/plan.js'
import type { JobLog } from '../../vendors/job.js'
import type { Expected, Log } from '../../vendors/space.js'
import { eventually } from './eventually.js'
import { vendors } from './page.js'

async function control<T>(url: string, body?: object): Promise<T> {
  const init = body && { method: 'POST', body: JSON.stringify(body) }
  // Under another name, they have other connections than the streams.
  const response = await fetch(url.replace('127.0.0.1', 'localhost'), init)
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return JSON.parse(text) as T
}

/** A backend for one test. */
export class Backend {
  readonly expected: Expected
  readonly #recipe: Recipe
  readonly #base: string

  private constructor(name: BackendName, base: string, expected: Expected) {
    this.#recipe = RECIPES[name](base)
    this.#base = base
    this.expected = expected
  }

  static async open(backend: BackendName, plan: Plan = {}): Promise<Backend> {
    const { base, ...expected } = await control<Expected & { base: string }>(`${vendors}/spaces`, {
      backend,
      plan,
    })
    return new Backend(backend, base, expected)
  }

  /** Asks it by its recipe. */
  ask(options?: OpenOptions): EventStream {
    return this.#recipe.ask('What is a sluice gate?', options)
  }

  texts(stream: EventStream): AsyncIterable<string> {
    return (this.#recipe.textsOf ?? textOf)(stream)
  }

  log(): Promise<Log> {
    return control(`${this.#base}/~log`)
  }

  async job(): Promise<JobLog | undefined> {
    return (await this.log()).jobs.at(-1)
  }

  /** The log of its job, once that has come to this state. */
  until(state: JobLog['state']): Promise<JobLog> {
    return eventually(async () => {
      const job = await this.job()
      expect(job?.state).to.equal(state)
      return job!
    })
  }

  /** Tells it that all is read, before it breaks a connection. */
  async seen(): Promise<void> {
    await control(`${this.#base}/~seen`, {})
  }

  /** Lets its model go on, to the end or up to an event. */
  async release(hold?: number): Promise<void> {
    await control(`${this.#base}/~release`, { hold })
  }
}

/** For so long, nobody reaches the emulators: what is connected is reset, what connects as well. */
export async function outage(milliseconds: number): Promise<void> {
  await control(`${vendors}/outage`, { milliseconds })
}
