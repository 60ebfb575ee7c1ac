// A page with htmx and its extension for events. The page around it fills it.

import htmxModule from 'htmx.org'
import 'htmx-ext-sse'
import { installEventSource } from 'sluicegate/eventsource'

// TypeScript takes the file for CommonJS. It is not.
const htmx = htmxModule as unknown as typeof htmxModule.default
Object.assign(globalThis, { htmx })
if (new URL(location.href).searchParams.has('ours')) installEventSource()
parent.postMessage('ready', '*')
