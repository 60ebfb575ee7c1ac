import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import type { WebDriver } from 'selenium-webdriver'
import { type Server, startServer } from '../webdriver/index.js'

/** Makes a folder whose `index.html` is a page with this script, bundled, and nothing else. */
export async function folderWithPage(script: URL, plugins: Plugin[] = []): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluicegate-page-'))
  await build({
    entryPoints: [fileURLToPath(script)],
    outfile: join(folder, 'page.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    plugins,
  })
  const page = '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>'
  await writeFile(join(folder, 'index.html'), page)
  return folder
}

/** Starts a relay whose site is such a page. */
export async function startRelayWithPage(
  script: URL,
  flags: string[],
  plugins: Plugin[] = [],
): Promise<Server> {
  const site = await folderWithPage(script, plugins)
  const relay = await startServer('sluicegate-relay', ['--site', site, ...flags])
  return {
    url: relay.url,
    async stop(signal) {
      await relay.stop(signal)
      await rm(site, { recursive: true })
    },
  }
}

/** Calls an async function of the page, and fails as it does. */
export async function callPage<T>(driver: WebDriver, name: string, ...args: unknown[]): Promise<T> {
  const [error, result] = await driver.executeAsyncScript<[string | null, T]>(
    `const [name, args, done] = arguments
    window[name](...args).then((value) => done([null, value]), (error) => done([String(error), null]))`,
    name,
    args,
  )
  assert.equal(error, null)
  return result
}
