/** The standard's `EventSource` over `fetch`: a drop-in replacement that can do more. */

export type { EventSourceErrorEvent } from './eventsource/error-event.js'
export { EventSource, type EventSourceEvents } from './eventsource/event-source.js'
export { type InstallOptions, installEventSource } from './eventsource/install.js'
export type { EventSourceOptions } from './eventsource/options.js'
