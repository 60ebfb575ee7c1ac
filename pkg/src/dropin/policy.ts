import { StreamError } from '../error.js'
import { displayUrl } from '../fetch/request.js'
import { nextTask } from './task.js'

/** Milliseconds. Firefox tells a worker of a violation by way of its page. */
const MAX_WAIT = 1_000

/** Waits for the next violation, but not for long. */
function told(scope: Partial<typeof globalThis>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      scope.removeEventListener?.('securitypolicyviolation', done)
      resolve()
    }
    const timer = setTimeout(done, MAX_WAIT)
    scope.addEventListener?.('securitypolicyviolation', done)
  })
}

/**
 * Runs a request. Where it failed because the page's Content Security Policy forbids it, the error
 * says so and is final: `fetch` tells it from no other failure, and each new attempt would be
 * reported as another violation.
 */
export async function underPolicy(
  url: string,
  attempt: number,
  request: () => Promise<Response | StreamError>,
): Promise<Response | StreamError> {
  const scope = globalThis as Partial<typeof globalThis>
  const forbidden = new Set<string>()
  const note = ({ disposition, blockedURI }: SecurityPolicyViolationEvent) => {
    if (disposition === 'enforce') forbidden.add(blockedURI)
  }
  scope.addEventListener?.('securitypolicyviolation', note)
  try {
    const answer = await request()
    if (!(answer instanceof StreamError)) return answer
    await nextTask()
    if ('WorkerGlobalScope' in scope && forbidden.size === 0) await told(scope)
    // Without the fragment; some browsers report nothing but the origin.
    const { href, origin } = new URL(url)
    if (!forbidden.has(href.replace(/#.*/s, '')) && !forbidden.has(origin)) return answer
    const text = `the page's Content Security Policy forbids ${displayUrl(url)}: allow it in connect-src`
    return new StreamError('network', text, { attempt, cause: answer.cause })
  } finally {
    scope.removeEventListener?.('securitypolicyviolation', note)
  }
}
