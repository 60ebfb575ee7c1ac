/** A `fetch` whose event streams survive broken connections. */

export type { FetchOptions, StreamingFetch } from './fetch/create-fetch.js'
export { createFetch } from './fetch/create-fetch.js'
