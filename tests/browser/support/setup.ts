// Imported ahead of the suites, and so ahead of the package: it has to see all that the package does.

import './leftovers.js'
import './wasm-memory.js'
import { config } from 'chai'
import { describeError, tell } from './progress.js'

/** A test's, unless it sets its own; in milliseconds. Generous: nothing here is a matter of speed. */
const TIMEOUT = 60_000

// Values are whole in messages.
config.truncateThreshold = 0

let isRunning = false

class Reporter {
  constructor(runner: Mocha.Runner) {
    const title = (test: Mocha.Runnable) => test.titlePath().join(' › ')
    runner.on('start', () => (isRunning = true))
    runner.on('end', () => (isRunning = false))
    runner.on('test', (test) => tell({ type: 'test', title: title(test) }))
    runner.on('pass', (test) => {
      tell({ type: 'pass', title: title(test), milliseconds: test.duration ?? 0 })
    })
    runner.on('pending', (test) => tell({ type: 'skip', title: title(test) }))
    runner.on('fail', (test, error: unknown) => {
      if (!isMultipleDone(error)) fail(title(test), error)
    })
  }
}

mocha.setup({
  ui: 'bdd',
  // Mocha's types want the whole of its base class.
  reporter: Reporter as unknown as Mocha.ReporterConstructor,
  timeout: TIMEOUT,
  slow: TIMEOUT,
})

// Mocha in browsers does not look at rejections that nobody handles: they fail the run.
addEventListener('unhandledrejection', ({ reason }) => {
  if (!isMultipleDone(reason)) fail('unhandled rejection', reason)
})
// For errors that nobody catches it fails the current test, if there is one.
addEventListener('error', ({ error }) => {
  if (!isRunning) fail('uncaught error', error)
})

function fail(title: string, error: unknown): void {
  tell({ type: 'fail', title, error: describeError(error) })
}

/** Of a test that has failed by an error nobody caught, the end comes on top of that. */
function isMultipleDone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MOCHA_MULTIPLE_DONE'
}
