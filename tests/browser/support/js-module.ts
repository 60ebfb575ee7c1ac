/** What the tests of scenarios import from the package, from `examples/js-module` instead: the crate's feature `js`. */

import init from 'js-module'

export { openStream } from 'js-module'
export { isStreamError } from '../../../pkg/src/error.js'

await init()
