import type { CancelResult } from 'sluicegate'
import type { Words } from '../site/words'
import type { Answer } from './exchange'

const seconds = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const tenth = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** What became of an answer, or what is happening to it, in one line. */
export function statusLine({ phase, report }: Answer, words: Words): string {
  if (phase !== 'stopped' || report === undefined) return words.phases[phase]
  if (report.notified) return words.stoppedBoth
  const why = report.status === undefined ? report.error?.message : `HTTP ${report.status}`
  return words.stoppedHere(why ?? '')
}

/** What `cancel()` resolved with, as one would write it in code: `{ aborted: true, notified: true, status: 200 }`. */
export function reportLine(report: CancelResult): string {
  const fields = Object.entries(report)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `${name}: ${value instanceof Error ? value.message : JSON.stringify(value)}`,
    )
  return `{ ${fields.join(', ')} }`
}

/** `1,234` */
export const count = (value: number): string => whole.format(value)

/** `38.4` */
export const rate = (value: number): string => tenth.format(value)

/** `420 ms` under a second, `1.23 s` from there on. */
export function duration(ms: number): string {
  return ms < 1000 ? `${whole.format(ms)} ms` : `${seconds.format(ms / 1000)} s`
}

/** `512 B`, `4.1 kB`, `2.0 MB` (powers of 1000). */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1e6 ? `${tenth.format(bytes / 1e3)} kB` : `${tenth.format(bytes / 1e6)} MB`
}

/** The BCP 47 tag to put on text that people or models wrote: Chinese if it begins with any Han characters. */
export const languageOf = (text: string): 'zh' | 'en' =>
  /\p{Script=Han}/u.test(text.slice(0, 500)) ? 'zh' : 'en'
