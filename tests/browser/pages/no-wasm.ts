// A page whose content security policy forbids WebAssembly. Its report goes to the page around it.

import { openStream } from 'sluicegate'
import * as compat from 'sluicegate/compat'
import { smoke } from '../support/smoke.js'

const { error } = await openStream('/').closed
const refused = compat.isStreamError(error) ? [error.code, error.message] : error
const result = await smoke(compat).catch((reason: unknown) => ({ error: String(reason) }))
parent.postMessage({ refused, result }, '*')
