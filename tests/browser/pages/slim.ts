// A page that says itself where the module is. Its report goes to the page around it.

import * as slim from 'sluicegate/slim'
import { smoke } from '../support/smoke.js'

const parameters = new URL(location.href).searchParams

const { error } = await slim.openStream('/').closed
const early = slim.isStreamError(error) ? [error.code, error.message] : error
slim.init(
  {
    url: '/site/sluicegate.wasm',
    response: fetch('/site/sluicegate.wasm'),
    bytes: fetch('/site/sluicegate.wasm').then((response) => response.arrayBuffer()),
    missing: '/site/nothing.wasm',
  }[parameters.get('from') ?? '']!,
)
const result = await smoke(slim).catch((reason: unknown) => ({ error: String(reason) }))
parent.postMessage({ early, result }, '*')
