/**
 * What becomes of streams and notifications around a page's end, in numbers: not a test, as browsers keep no promise here.
 * See README.md.
 */

import { parseArgs } from 'node:util'
import { ENGINES, type Engine } from '../webdriver/index.js'
import { Browser } from './browser.js'
import { MEASURES } from './measures.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { engine: { type: 'string', multiple: true } },
})

const engines = (values.engine ?? ENGINES) as Engine[]
const names = positionals.length > 0 ? positionals : Object.keys(MEASURES)

for (const name of names) {
  const measure = MEASURES[name]
  if (!measure) throw new Error(`${name} is none of ${Object.keys(MEASURES).join(', ')}`)
  console.log(`\n${name}: ${measure.about}`)
  for (const engine of engines) {
    if (measure.engines && !measure.engines.includes(engine)) continue
    await using browser = await Browser.start(engine)
    try {
      for (const line of await measure.run(browser)) console.log(`  ${engine}: ${line}`)
    } catch (error) {
      console.log(`  ${engine}: ${error}`)
    }
  }
}
