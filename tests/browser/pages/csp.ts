// The smoke test of a page with a strict content security policy. Its report goes to the page around it.

import * as sluicegate from 'sluicegate'
import { smoke } from '../support/smoke.js'

const violations: string[] = []
addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective))

/** Whether the policy is in force at all: what it forbids. */
function forbids(what: () => unknown): boolean {
  try {
    what()
    return false
  } catch {
    return true
  }
}

const result = await smoke(sluicegate).catch((error: unknown) => ({ error: String(error) }))
const during = [...violations]
const probes = {
  // oxlint-disable-next-line no-eval
  eval: forbids(() => (0, eval)('1')),
  html: forbids(() => {
    document.body.innerHTML = '<p>'
  }),
}
parent.postMessage({ result, violations: during, probes }, '*')
