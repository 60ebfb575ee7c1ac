import { runCancel } from './cancel'
import { runLatency } from './latency'
import { readSlowly } from './memory'
import type { Bench, BenchApi, Case, Result } from './report'
import { runStart } from './start'
import { casesOf, implementationsOf, runCase, streamUrl } from './suite'

const api: BenchApi = {
  casesOf,
  runCase: (work, rounds) => runCase(work, rounds, location.origin, () => {}),
  runLatency: () => runLatency(location.origin, () => {}),
  runCancel: () => runCancel(location.origin),
  runStart: (rounds) => runStart(rounds, location.origin, () => {}),
  iterables: async () =>
    (await implementationsOf('memory')).map(({ name, kind }) => ({ impl: name, kind })),
  readSlowly: (impl, events) => readSlowly(impl, location.origin, events),
}
Object.assign(globalThis, { sluicegateBench: api })

/** Measured runs of each implementation. */
const ROUNDS = 7

const HEADINGS: Record<Exclude<Bench, 'memory'>, string> = {
  decode: 'Decoding chunks in memory, synchronously',
  iterate: 'Iterating over a response in memory',
  loopback: 'Reading a stream over HTTP',
  text: "From OpenAI's chunks to text",
  latency: 'Delivery: from the write to the handler, median',
  start: 'First use: from the import to the first event',
}

const controls = element('controls', HTMLFormElement)
const progress = element('progress', HTMLProgressElement)
const status = element('status', HTMLElement)
const results = element('results', HTMLElement)

controls.addEventListener('submit', (submit) => {
  submit.preventDefault()
  void run(new FormData(controls).has('full'))
})

async function run(full: boolean): Promise<void> {
  const button = controls.querySelector('button')
  if (button) button.disabled = true
  results.replaceChildren()
  progress.hidden = false
  try {
    const steps = await plan(full)
    for (const [at, { bench, title, work }] of steps.entries()) {
      const onRound = (share: number) => {
        progress.value = (at + share) / steps.length
      }
      onRound(0)
      status.textContent = `${HEADINGS[bench]}: ${title}`
      const lines = await work(onRound)
      for (const group of Object.values(Object.groupBy(lines, ({ corpus }) => corpus))) {
        if (group) show(bench, title, group)
      }
    }
    status.textContent = `Done. ${navigator.userAgent}`
  } catch (error) {
    status.textContent = String(error)
  }
  progress.hidden = true
  if (button) button.disabled = false
}

interface Step {
  bench: keyof typeof HEADINGS
  title: string
  work: (onRound: (share: number) => void) => Promise<Result[]>
}

async function plan(full: boolean): Promise<Step[]> {
  const served = await benchServer()
  const benches = served
    ? (['decode', 'iterate', 'loopback', 'text'] as const)
    : (['decode', 'iterate', 'text'] as const)
  const steps: Step[] = benches
    .flatMap((bench) => casesOf(bench, !full))
    .map((work) => ({
      bench: work.bench,
      title: `${work.corpus}, ${work.events.toLocaleString('en')} events, ${chunkName(work)}`,
      work: (onRound) => runCase(work, ROUNDS, location.origin, onRound),
    }))
  if (served) {
    steps.push(
      {
        bench: 'start',
        title: 'in a fresh page',
        work: (onRound) => runStart(ROUNDS, location.origin, onRound),
      },
      {
        bench: 'latency',
        title: 'single events',
        work: (onRound) => runLatency(location.origin, onRound),
      },
    )
  }
  return steps
}

/** Whether the page comes from the test server, which has the streams for the benches over HTTP. */
async function benchServer(): Promise<boolean> {
  const url = streamUrl(location.origin, { corpus: 'openai', events: 1, chunk: 65_536 })
  const response = await fetch(url)
  await response.body?.cancel()
  return response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
}

function chunkName({ chunk }: Case): string {
  if (chunk === 'event') return 'a chunk an event'
  return chunk < 1024 ? `${chunk} bytes a chunk` : `${chunk / 1024} KiB a chunk`
}

function show(bench: Step['bench'], title: string, lines: Result[]): void {
  const id = `bench-${bench}`
  let section = document.getElementById(id)
  if (!section) {
    section = document.createElement('section')
    section.id = id
    section.append(text('h2', HEADINGS[bench]))
    results.append(section)
  }
  const bars = lines
    .map(({ impl, kind, median_ms, p50_ms }) => ({ impl, kind, ms: median_ms ?? p50_ms ?? 0 }))
    .toSorted((a, b) => a.ms - b.ms)
  const ours = bars.find(({ impl }) => impl === 'sluicegate')?.ms
  const slowest = Math.max(...bars.map(({ ms }) => ms))
  const rows = document.createElement('dl')
  rows.className = 'rows'
  for (const { impl, kind, ms } of bars) {
    const term = text('dt', impl)
    const bar = document.createElement('span')
    bar.className = 'bar'
    bar.style.setProperty('--share', String(ms / slowest))
    const value = document.createElement('dd')
    value.append(bar, `${ms.toFixed(ms < 10 ? 2 : 0)} ms${ratio(ms, ours)}`)
    term.classList.toggle('ours', kind === 'ours')
    value.classList.toggle('ours', kind === 'ours')
    rows.append(term, value)
  }
  const figure = document.createElement('figure')
  const caption = bench === 'latency' ? `${title}, ${lines[0]?.corpus}` : title
  figure.append(text('figcaption', caption), rows)
  section.append(figure)
}

function ratio(ms: number, ours: number | undefined): string {
  return ours === undefined || ms === ours ? '' : ` (${(ms / ours).toFixed(1)}×)`
}

function text(tag: string, content: string): HTMLElement {
  const made = document.createElement(tag)
  made.textContent = content
  return made
}

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`the page has no #${id}`)
  return found
}
