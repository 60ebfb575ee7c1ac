// More of the kinds of real-streams.json, as servers and gateways send them.

import type { StreamCase } from '../../real-streams.test.js'
import { TEXTS } from './texts.js'
import { UNKNOWN } from './unknown.js'
import { FORMATS } from './formats.js'
import { WHOLE } from './whole.js'
import { ERRORS } from './errors.js'
import { CALLS } from './calls.js'
import { USAGE } from './usage.js'

export const MORE_STREAMS: StreamCase[] = [
  ...TEXTS,
  ...UNKNOWN,
  ...FORMATS,
  ...WHOLE,
  ...ERRORS,
  ...CALLS,
  ...USAGE,
]
