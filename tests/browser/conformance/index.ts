import { fetchingCases } from './fetching.js'
import { interfaceCases } from './interface.js'
import { interpretingCases, parsingCases } from './interpreting.js'
import { exposedCases, lifetimeCases } from './lifetime.js'
import { processingCases } from './processing.js'
import type { Section } from './subject.js'

/** The sections of WHATWG HTML, 9.2, that ask something of browsers. */
export const SECTIONS: Section[] = [
  { title: '9.2.2 The EventSource interface', cases: [...exposedCases, ...interfaceCases] },
  { title: '9.2.2 The request and its response', cases: fetchingCases },
  { title: '9.2.3 Processing model, 9.2.4 Last-Event-ID', cases: processingCases },
  { title: '9.2.5 Parsing an event stream', cases: parsingCases },
  { title: '9.2.6 Interpreting an event stream', cases: interpretingCases },
  { title: '9.2.9 Garbage collection', cases: lifetimeCases },
]
