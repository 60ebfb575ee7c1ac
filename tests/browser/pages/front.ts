// The smoke test of a page behind a service worker that passes requests on. Its report goes to the page around it.

import * as sluicegate from 'sluicegate'
import { smoke } from '../support/smoke.js'

const { serviceWorker } = navigator
const controlled = new Promise((resolve) => {
  serviceWorker.addEventListener('controllerchange', resolve, { once: true })
})
const scope = new URL('front.html', location.href).pathname
const registration = await serviceWorker.register('front-service.js', { scope })
if (!serviceWorker.controller) await controlled

const report = await smoke(sluicegate).catch((error: unknown) => ({ error: String(error) }))
await registration.unregister()
parent.postMessage(report, '*')
