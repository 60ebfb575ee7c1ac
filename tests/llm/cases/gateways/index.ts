// What gateways and vendors make of a stream: errors with status 200, wrappers, heartbeats, dialects.

import type { StreamCase } from '../../real-streams.test.js'
import { ERRORS } from './errors.js'
import { CHAT } from './chat.js'
import { VENDORS } from './vendors.js'
import { HEARTBEATS } from './heartbeats.js'
import { SHAPES } from './shapes.js'
import { CALLS } from './calls.js'
import { RESPONSES } from './responses.js'
import { TEXTS } from './texts.js'
import { DIALECTS } from './dialects.js'

export const GATEWAYS: StreamCase[] = [
  ...ERRORS,
  ...CHAT,
  ...VENDORS,
  ...HEARTBEATS,
  ...SHAPES,
  ...CALLS,
  ...RESPONSES,
  ...TEXTS,
  ...DIALECTS,
]
