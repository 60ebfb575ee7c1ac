import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { WebDriver } from 'selenium-webdriver'
import type { Kind, Result } from '../../www/bench/report'
import { startServer } from '../webdriver/index'
import type { ChatBench } from './pages/chat'
import { type MainThread, Tracing } from './tracing'

/** Parts that go through a transport. */
const PARTS = 20_000

/** Tokens of the answer that is rendered, and how many a second. */
const TOKENS = 10_000
const QUICK_TOKENS = 2000
const RATE = 1000

/** Measured renderings of each app: each takes as long as the answer. */
const RENDERINGS = 3

/** Runs before those that count. */
const WARM_UP = 3

/** Milliseconds that one call may take. */
const PATIENCE = 5 * 60_000

/** Measures `useChat` with both transports, and `useEventStream`. Chromium only. */
export async function runChat(
  driver: WebDriver,
  rounds: number,
  isQuick: boolean,
  report: (line: string) => void,
): Promise<Result[]> {
  const site = await mkdtemp(join(tmpdir(), 'sluicegate-chat-'))
  const server = await startServer('sluicegate-test-server', ['--site', site], 'release')
  try {
    await writePage(site)
    await driver.manage().setTimeouts({ script: PATIENCE })
    await openPage(driver, server.url)
    const transports = await driver.executeScript<string[]>('return chatBench.transports')
    report(`chat: ${PARTS} parts, not rendered`)
    const read = await readAll(driver, transports, rounds)
    const apps = await driver.executeScript<string[]>('return chatBench.apps')
    const tokens = isQuick ? QUICK_TOKENS : TOKENS
    report(`chat: ${tokens} tokens, rendered`)
    const url = `${server.url}/bench/chat?rate=${RATE}&events=${tokens}`
    const open = () => openPage(driver, server.url)
    return [
      ...read,
      ...(await renderAll(driver, apps, url, tokens, isQuick ? 1 : RENDERINGS, open)),
    ]
  } finally {
    await server.stop()
    await rm(site, { recursive: true })
  }
}

async function writePage(site: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('pages/chat.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    // React's other build is many times as slow.
    define: { 'process.env.NODE_ENV': '"production"' },
    outdir: site,
  })
  const html = '<!doctype html><meta charset="utf-8"><script type="module" src="chat.js"></script>'
  await writeFile(join(site, 'chat.html'), html)
}

async function openPage(driver: WebDriver, server: string): Promise<void> {
  await driver.get('about:blank')
  await driver.get(`${server}/isolated/chat.html`)
  await driver.wait(() => driver.executeScript('return "chatBench" in globalThis'), 30_000)
}

async function call<K extends 'read' | 'render'>(
  driver: WebDriver,
  name: K,
  ...args: unknown[]
): Promise<Awaited<ReturnType<ChatBench[K]>>> {
  const { value, error } = await driver.executeAsyncScript<{
    value: Awaited<ReturnType<ChatBench[K]>>
    error?: string
  }>(
    `const [name, args, done] = arguments
    chatBench[name](...args).then((value) => done({ value }), (error) => done({ error: String(error) }))`,
    name,
    args,
  )
  if (error !== undefined) throw new Error(error)
  return value
}

/** All in turn, round after round. */
async function readAll(driver: WebDriver, transports: string[], rounds: number): Promise<Result[]> {
  const times = new Map<string, number[]>(transports.map((impl) => [impl, []]))
  for (let round = 0; round < WARM_UP + rounds; round++) {
    for (const impl of transports) {
      const time = await call(driver, 'read', impl, PARTS)
      if (round >= WARM_UP) times.get(impl)!.push(time)
    }
  }
  return transports.map((impl) => ({
    bench: 'chat',
    corpus: 'parts',
    chunk: 16_384,
    impl,
    kind: kindOf(impl),
    median_ms: median(times.get(impl)!),
    events: PARTS,
    check: `${PARTS}`,
  }))
}

async function renderAll(
  driver: WebDriver,
  apps: string[],
  url: string,
  tokens: number,
  rounds: number,
  open: () => Promise<void>,
): Promise<Result[]> {
  const seen = new Map<string, MainThread[]>(apps.map((impl) => [impl, []]))
  let check: string | undefined
  for (let round = 0; round < rounds; round++) {
    for (const impl of apps) {
      // What is left of the one before must not count.
      await open()
      using tracing = await Tracing.of(driver)
      const [{ text }, thread] = await tracing.measure(() => call(driver, 'render', impl, url))
      check ??= text
      if (text !== check) throw new Error(`chat: ${impl} shows another text than ${apps[0]}`)
      seen.get(impl)!.push(thread)
    }
  }
  return apps.map((impl) => ({
    bench: 'chat',
    corpus: 'rendered',
    chunk: 'event',
    impl,
    kind: kindOf(impl),
    median_ms: median(seen.get(impl)!.map(({ total }) => total)),
    longest_ms: median(seen.get(impl)!.map(({ longest }) => longest)),
    events: tokens,
    check: `${check!.length}`,
  }))
}

function kindOf(impl: string): Kind {
  return impl.startsWith('ai ') ? 'peer' : 'ours'
}

function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)]!
}
