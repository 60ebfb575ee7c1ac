import { EventSource } from 'sluicegate/eventsource'
import { SECTIONS } from '../conformance/index.js'
import { type Case, Subject } from '../conformance/subject.js'
import { engine } from '../support/page.js'
import { tell } from '../support/progress.js'
import { test } from '../support/test.js'

/** What a class makes of a case: `undefined` if it is as the standard says. */
async function failure(check: Case, subject: Subject): Promise<unknown> {
  try {
    await check.run(subject)
  } catch (error) {
    return error
  } finally {
    subject.closeAll()
  }
  return undefined
}

for (const section of SECTIONS) {
  describe(`WHATWG HTML, ${section.title}`, () => {
    for (const check of section.cases) {
      const { says, impossible, only } = check
      const isImpossible = impossible && (impossible.engines ?? [engine]).includes(engine)
      test(
        `${isImpossible ? 'impossible over fetch: ' : ''}${says}`,
        async () => {
          const ours = await failure(check, new Subject(EventSource, 'ours'))
          const native = await failure(check, new Subject(globalThis.EventSource, 'native'))
          tell({
            type: 'verdict',
            section: section.title,
            says,
            native: native === undefined,
            ...(isImpossible ? { impossible: impossible.why } : {}),
            ...(native instanceof Error ? { why: native.message } : {}),
          })
          if (isImpossible && ours === undefined) throw new Error('so it is possible')
          if (!isImpossible && ours !== undefined) throw ours
        },
        { skip: only !== undefined && only !== engine },
      )
    }
  })
}
