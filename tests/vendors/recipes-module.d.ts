/** The recipes of docs/backends.md. `bundle.ts` puts them in. */
declare module 'recipes' {
  import type { EventStream, OpenOptions, ResumeStreamOptions } from 'sluicegate'

  export interface Recipe {
    ask(prompt: string, options?: OpenOptions): EventStream
    resume?(name: string, options?: ResumeStreamOptions): EventStream | undefined
    /** Where the package has no format for the answer. */
    textsOf?(stream: EventStream): AsyncIterable<string>
  }

  /** By the address of the backend. */
  export const RECIPES: Record<
    import('./backends/index.js').BackendName | 'relay',
    (base: string) => Recipe
  >
}
