import type { Engine } from '../webdriver/index.js'
import type { Progress } from './support/progress.js'
import type { Difference, Verdict } from './verdicts.js'

/** Prints what the page in one engine reports, and keeps count. */
export class Listener {
  readonly engine: Engine
  /** What its lines begin with. */
  readonly #name: string
  /** What the browser's own `EventSource` made of the conformance suite. */
  readonly verdicts: Verdict[] = []
  /** Where `@microsoft/fetch-event-source` and ours differ. */
  readonly differences: Difference[] = []
  readonly #failures: string[] = []
  readonly #started = Date.now()
  /** Milliseconds. */
  #took = 0
  #passed = 0
  #skipped = 0
  #current = 'before the first test'

  constructor(engine: Engine, name: string = engine) {
    this.engine = engine
    this.#name = name
  }

  get isGood(): boolean {
    return this.#failures.length === 0 && this.#passed > 0
  }

  hear(progress: Progress): void {
    this.#took = Date.now() - this.#started
    switch (progress.type) {
      case 'test':
        this.#current = progress.title
        break
      case 'pass':
        this.#passed++
        this.#print(`ok    ${progress.title} (${Math.round(progress.milliseconds)} ms)`)
        break
      case 'skip':
        this.#skipped++
        this.#print(`skip  ${progress.title}`)
        break
      case 'fail':
        this.#fail(progress.title, progress.error)
        break
      case 'verdict':
        this.verdicts.push({ ...progress, engine: this.engine })
        if (progress.why !== undefined) this.#print(`      native: ${progress.why}`)
        break
      case 'difference':
        this.differences.push(progress)
        break
      case 'note':
        this.#print(`      ${progress.text}`)
        break
      case 'end':
        this.#print(this.#counts)
        break
    }
  }

  /** The page or the browser itself failed. */
  broke(reason: string): void {
    this.#fail(this.#current, reason)
  }

  /** Once more what failed, and how much did not. */
  summarize(): void {
    for (const failure of this.#failures) console.log(`\n\n${this.#name}: ${failure}`)
    console.log(`\n${this.#name}: ${this.#counts}`)
    if (this.#passed === 0) {
      console.log(`${this.#name}: no test has passed; are there any of that name?`)
    }
  }

  get #counts(): string {
    const counts = `${this.#passed} passed, ${this.#failures.length} failed, ${this.#skipped} skipped`
    return `${counts}, ${(this.#took / 1000).toFixed(1)} s`
  }

  #fail(title: string, error: string): void {
    const failure = `${title}\n${error.replaceAll(/^/gm, '        ')}`
    this.#failures.push(failure)
    this.#print(`FAIL  ${failure}`)
  }

  #print(line: string): void {
    console.log(`  ${this.#name.padEnd(8)}  ${line}`)
  }
}
