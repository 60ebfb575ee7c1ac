// Imported ahead of the suites, and so ahead of the package: it has to see all that the package does.

import './leftovers.js'
import './wasm-memory.js'
import { describeError, tell } from './progress.js'

/** A test's, unless it sets its own; in milliseconds. Generous: nothing here is a matter of speed. */
const TIMEOUT = 60_000

class Reporter {
  constructor(runner: Mocha.Runner) {
    const title = (test: Mocha.Runnable) => test.titlePath().join(' › ')
    runner.on('test', (test) => tell({ type: 'test', title: title(test) }))
    runner.on('pass', (test) => {
      tell({ type: 'pass', title: title(test), milliseconds: test.duration ?? 0 })
    })
    runner.on('pending', (test) => tell({ type: 'skip', title: title(test) }))
    runner.on('fail', (test, error) => {
      tell({ type: 'fail', title: title(test), error: describeError(error) })
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

// Mocha fails the test that runs at the time, but none between tests and after the last one.
addEventListener('unhandledrejection', (event) => {
  const error = describeError(event.reason)
  tell({ type: 'fail', title: 'unhandled rejection', error })
})
addEventListener('error', (event) => {
  tell({ type: 'fail', title: 'uncaught error', error: describeError(event.error) })
})
