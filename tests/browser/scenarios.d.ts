/** The files of tests/scenarios. `bundle.ts` puts them in. */
declare module 'scenarios' {
  import type { Scenario } from './support/scenario.js'

  /** Arrays of scenarios by the name of their file. */
  export const SUBJECTS: Record<string, Scenario[]>
}
