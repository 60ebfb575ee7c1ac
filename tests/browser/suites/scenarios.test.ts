import { SUBJECTS } from 'scenarios'
import { player } from '../support/page.js'
import { play } from '../support/scenario.js'
import { test } from '../support/test.js'

for (const [subject, scenarios] of Object.entries(SUBJECTS)) {
  describe(`scenarios: ${subject}`, () => {
    for (const scenario of scenarios) {
      const skip = scenario.skip?.[player] !== undefined
      test(scenario.title, () => play(scenario), { skip })
    }
  })
}
