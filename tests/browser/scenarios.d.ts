/** What wasm-bindgen makes of `examples/js-module`. `bundle.ts` finds it. */
declare module 'js-module' {
  import type { EventStream, OpenOptions } from 'sluicegate'

  export default function init(): Promise<unknown>
  export function openStream(url: string | URL, options?: OpenOptions): EventStream
}

/** The files of tests/scenarios. `bundle.ts` puts them in. */
declare module 'scenarios' {
  import type { Scenario } from './support/scenario.js'

  /** Arrays of scenarios by the name of their file. */
  export const SUBJECTS: Record<string, Scenario[]>
}
