import { createApp } from 'vue'
import { applySettings } from '../src/site/settings'
import BenchPage from './BenchPage.vue'
import { runCancel } from './cancel'
import { runLatency } from './latency'
import { readSlowly } from './memory'
import type { BenchApi } from './report'
import { runStart } from './start'
import { casesOf, implementationsOf, runCase } from './suite'

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

applySettings()
createApp(BenchPage).mount('#app')
