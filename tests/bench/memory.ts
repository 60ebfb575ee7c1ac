import { setTimeout as delay } from 'node:timers/promises'
import type { WebDriver } from 'selenium-webdriver'
import type { Result } from '../../www/bench/report'
import { call, openPage } from './browser'

/** Events that the slow consumer reads, about 240 MB of them. */
const EVENTS = 1_000_000

/** Milliseconds for it: a queue without bounds may grow, and be shifted, for many minutes. */
const PATIENCE = 90_000

/** Milliseconds between two looks at the page's memory. */
const INTERVAL = 20

/** What `Runtime.getHeapUsage` of the DevTools protocol tells, in bytes. */
interface HeapUsage {
  usedSize: number
  embedderHeapUsedSize?: number
  /** Buffers and wasm memories. */
  backingStorageSize?: number
}

interface DevTools extends WebDriver {
  sendAndGetDevToolsCommand(command: string, parameters: object): Promise<object>
}

/**
 * Measures how far memory rises while a slow consumer reads a long stream, each implementation in a
 * page of its own: JavaScript's heap, the browser's objects, buffers and wasm. Chromium only.
 */
export async function runMemory(
  driver: WebDriver,
  server: string,
  report: (line: string) => void,
): Promise<Result[]> {
  const results: Result[] = []
  await openPage(driver, server)
  for (const { impl, kind } of await call(driver, 'iterables')) {
    report(`memory: ${impl}`)
    await openPage(driver, server)
    const outcome = await peakOf(driver as DevTools, impl)
    if (!outcome) {
      report(`memory: ${impl} gave up after ${PATIENCE / 1000} s`)
      continue
    }
    const { events, peak } = outcome
    if (events !== EVENTS) throw new Error(`memory: ${impl} read ${events} events, not ${EVENTS}`)
    results.push({
      bench: 'memory',
      corpus: 'openai',
      chunk: 65_536,
      impl,
      kind,
      peak_bytes: peak,
      events,
      check: String(events),
    })
  }
  return results
}

async function peakOf(
  driver: DevTools,
  impl: string,
): Promise<{ events: number; peak: number } | undefined> {
  await driver.sendAndGetDevToolsCommand('HeapProfiler.collectGarbage', {})
  const baseline = await memory(driver)
  await driver.executeScript(
    `globalThis.read = sluicegateBench.readSlowly(...arguments).then(
      (events) => { globalThis.outcome = { events } },
      (error) => { globalThis.outcome = { error: String(error) } })`,
    impl,
    EVENTS,
  )
  let peak = baseline
  let outcome: { events?: number; error?: string } | null = null
  const deadline = performance.now() + PATIENCE
  while (!outcome) {
    if (performance.now() > deadline) return undefined
    await delay(INTERVAL)
    peak = Math.max(peak, await memory(driver))
    outcome = await driver.executeScript('return globalThis.outcome ?? null')
  }
  if (outcome.events === undefined) throw new Error(`memory: ${impl}: ${outcome.error}`)
  return { events: outcome.events, peak: peak - baseline }
}

async function memory(driver: DevTools): Promise<number> {
  const usage = (await driver.sendAndGetDevToolsCommand('Runtime.getHeapUsage', {})) as HeapUsage
  return usage.usedSize + (usage.embedderHeapUsedSize ?? 0) + (usage.backingStorageSize ?? 0)
}
