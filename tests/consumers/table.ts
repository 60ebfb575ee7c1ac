import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { WebDriver } from 'selenium-webdriver'

const README = fileURLToPath(new URL('README.md', import.meta.url))
/** The table is between these two lines. */
const [BEGIN, END] = ['<!-- table -->', '<!-- /table -->']

/** What was seen of a consumer. */
export interface Row {
  title: string
  /** Such as `vite 8.3.8`. */
  versions: string[]
  /** How long each step took. */
  seconds: Record<string, number>
  /** Bytes of brotli, where something is built. */
  bundle: number | undefined
}

/** Writes the table into README.md. */
export async function writeTable(rows: Row[], browsers: Iterable<WebDriver>): Promise<void> {
  const names = await Promise.all(Array.from(browsers, nameOf))
  const lines = rows.map(({ title, versions, seconds, bundle }) =>
    [
      title,
      versions.join(', '),
      ...['installs', 'builds', 'streams'].map((step) => seconds[step]?.toFixed(1) ?? ''),
      bundle === undefined ? '' : (bundle / 1000).toFixed(1),
    ].join(' | '),
  )
  const text = `${BEGIN}
| consumer | versions | installs, s | builds, s | streams, s | bundle, kB |
| --- | --- | --- | --- | --- | --- |
${lines.map((line) => `| ${line} |\n`).join('')}
Node ${process.versions.node}, ${names.join(', ')}, ${cpus().length} cores.
${END}`
  const readme = await readFile(README, 'utf8')
  const [before, , after] = readme.split(new RegExp(`(?:${BEGIN}|${END})`))
  await writeFile(README, `${before}${text}${after}`)
}

async function nameOf(browser: WebDriver): Promise<string> {
  const capabilities = await browser.getCapabilities()
  return `${capabilities.getBrowserName()} ${capabilities.getBrowserVersion()}`
}
