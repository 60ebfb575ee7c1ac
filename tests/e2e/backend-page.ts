// A page that asks a backend by its recipe, and goes on after a reload. Its address names both.

import { RECIPES } from 'recipes'
import type { EventStream, RetryOptions, StreamOutcomeType } from 'sluicegate'
import { textOf } from 'sluicegate/llm'
import type { BackendName } from '../vendors/backends/index.js'

/** The answer so far. */
export interface Answer {
  text: string
  /** Whether it began in a page before this one. */
  isResumed: boolean
  /** How it ended. */
  type?: StreamOutcomeType
}

const NAME = 'chat-42'

const query = new URLSearchParams(location.search)
const recipe = RECIPES[query.get('backend') as BackendName](query.get('base')!)
const retry: RetryOptions = { minDelay: 0, initialDelay: 1, maxAttempts: 3 }

let answer: Answer | undefined
let stream: EventStream | undefined

async function read(found: EventStream, isResumed: boolean): Promise<void> {
  stream = found
  const mine: Answer = (answer = { text: '', isResumed })
  try {
    for await (const text of (recipe.textsOf ?? textOf)(found)) mine.text += text
  } catch {
    // Its outcome tells.
  }
  mine.type = (await found.closed).type
}

const running = recipe.resume?.(NAME, { retry })
if (running) void read(running, true)

async function ask(): Promise<void> {
  void read(recipe.ask('What is a sluice gate?', { remember: NAME, retry }), false)
}

const look = async (): Promise<Answer | null> => answer ?? null

const cancel = async (): Promise<object> => ({ ...(await stream!.cancel()) })

const link = Object.assign(document.createElement('a'), {
  href: location.href,
  target: '_blank',
  rel: 'opener',
  textContent: 'duplicate this tab',
})
document.body.append(link)

Object.assign(globalThis, { ask, look, cancel })
