/** The recipes of docs/backends.md. `bundle.ts` puts them in. */
declare module 'recipes' {
  import type { EventStream, OpenOptions } from 'sluicegate'

  export interface Recipe {
    ask(prompt: string, options?: OpenOptions): EventStream
    /** Where the package has no format for the answer. */
    textsOf?(stream: EventStream): AsyncIterable<string>
  }

  /** By the address of the backend. */
  export const RECIPES: Record<
    import('../vendors/backends/index.js').BackendName,
    (base: string) => Recipe
  >
}
