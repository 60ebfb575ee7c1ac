/** What the runner tells the page. */

const parameters = new URL(location.href).searchParams

/** The engine that this is. */
export const engine = parameters.get('engine') as 'chromium' | 'firefox' | 'webkit'

/** What plays the scenarios. */
export const player = parameters.get('player') as 'npm' | 'js'

/** Only tests with this in their titles are to run. */
export const grep = parameters.get('grep') ?? undefined

/** Where nobody listens. */
export const unreachable = `http://127.0.0.1:${parameters.get('closedPort')}/nobody`

/** The emulators of tests/vendors: another origin. */
export const vendors = parameters.get('vendors')!

/** The servers of tests/vendors/sdks: another origin. */
export const sdks = parameters.get('sdks')!

/** The test server over HTTP/2 and TLS: another origin with the same scripts, sinks and counters. */
const secureOrigin = location.origin.replace('http:', 'https:')

/** The same URL over HTTP/2. */
export function secure(url: string): string {
  const { pathname, search } = new URL(url, location.origin)
  return secureOrigin + pathname + search
}

/** The test server under another name: another origin, and other connections. */
export const otherOrigin = location.origin.replace('127.0.0.1', 'localhost')
