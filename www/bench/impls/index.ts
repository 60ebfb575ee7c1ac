import type { Implementation } from '../implementation'

type Load = () => Promise<{ default: Implementation[] }>

/** Each implementation's name and the module to load it from: a page loads only those that it runs. */
const MODULES: [names: string[], load: Load][] = [
  [['sluicegate', 'sluicegate batches', 'sluicegate answer'], () => import('./sluicegate')],
  [
    ['eventsource-parser', 'eventsource-parser + JSON.parse', 'eventsource-parser stream'],
    () => import('./eventsource-parser'),
  ],
  [['fetch-event-source'], () => import('./fetch-event-source')],
  [['fetch-event-stream'], () => import('./fetch-event-stream')],
  [['eventsource-client', 'eventsource-client callback'], () => import('./eventsource-client')],
  [['eventsource'], () => import('./eventsource')],
  [['sse.js'], () => import('./sse-js')],
  [['openai'], () => import('./openai')],
  [['@anthropic-ai/sdk'], () => import('./anthropic')],
  [['ai DefaultChatTransport'], () => import('./ai')],
  [['native EventSource'], () => import('./native')],
  [['reader', 'reader + TextDecoder'], () => import('./floor')],
]

/** The names of all implementations, ours first. */
export const IMPLEMENTATIONS = MODULES.flatMap(([names]) => names)

/** Loads one implementation. */
export async function load(name: string): Promise<Implementation> {
  const found = MODULES.find(([names]) => names.includes(name))
  const implementation = (await found?.[1]())?.default.find((other) => other.name === name)
  if (!implementation) throw new Error(`no implementation named ${name}`)
  return implementation
}
