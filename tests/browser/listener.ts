import type { Engine } from '../webdriver/index.js'
import type { Progress } from './support/progress.js'
import type { Difference, Verdict } from './verdicts.js'

interface Tally {
  engine: Engine
  passed: number
  skipped: number
  failed: number
  started: number
  /** Milliseconds. */
  took: number
}

/** Prints what a page reports, and keeps count. */
export class Listener {
  /** What the browsers' own `EventSource` made of the conformance suite. */
  readonly verdicts: Verdict[] = []
  /** Where `@microsoft/fetch-event-source` and ours differ. */
  readonly differences: Difference[] = []
  readonly #tallies: Tally[] = []
  readonly #failures: string[] = []
  #current = 'before the first test'

  get isGood(): boolean {
    return this.#failures.length === 0 && this.#tallies.every(({ passed }) => passed > 0)
  }

  start(engine: Engine): void {
    this.#current = 'before the first test'
    const tally = { engine, passed: 0, skipped: 0, failed: 0, started: Date.now(), took: 0 }
    this.#tallies.push(tally)
    console.log(`\n${engine}`)
  }

  hear(progress: Progress): void {
    const tally = this.#tally
    tally.took = Date.now() - tally.started
    switch (progress.type) {
      case 'test':
        this.#current = progress.title
        break
      case 'pass':
        tally.passed++
        console.log(`  ok    ${progress.title} (${Math.round(progress.milliseconds)} ms)`)
        break
      case 'skip':
        tally.skipped++
        console.log(`  skip  ${progress.title}`)
        break
      case 'fail':
        this.#fail(progress.title, progress.error)
        break
      case 'verdict':
        this.verdicts.push({ ...progress, engine: tally.engine })
        if (progress.why !== undefined) console.log(`        native: ${progress.why}`)
        break
      case 'difference':
        this.differences.push(progress)
        break
      case 'note':
        console.log(`        ${progress.text}`)
        break
      case 'end':
        break
    }
  }

  /** The page or the browser itself failed. */
  broke(reason: string): void {
    this.#fail(this.#current, reason)
  }

  summarize(): void {
    if (this.#failures.length > 0) console.log(`\n\n${this.#failures.join('\n\n')}`)
    console.log('')
    for (const { engine, passed, skipped, failed, took } of this.#tallies) {
      const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`
      console.log(`${engine}: ${counts}, ${(took / 1000).toFixed(1)} s`)
      if (passed === 0) console.log(`${engine}: no test has passed; are there any of that name?`)
    }
  }

  get #tally(): Tally {
    const tally = this.#tallies.at(-1)
    if (!tally) throw new Error('no engine has started')
    return tally
  }

  #fail(title: string, error: string): void {
    const tally = this.#tally
    tally.failed++
    const indented = error.replaceAll(/^/gm, '        ')
    this.#failures.push(`${tally.engine}: ${title}\n${indented}`)
    console.log(`  FAIL  ${title}\n${indented}`)
  }
}
