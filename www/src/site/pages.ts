import type { Words } from './words'

/** The pages that the masthead links to: where each one is, what its link says, and how it gets to the others. */
export const PAGES = {
  docs: { path: 'docs/index.html', name: 'docs', root: '../' },
  recipes: { path: 'recipes.html', name: 'recipes', root: './' },
  vue: { path: 'vue.html', name: 'vueChat', root: './' },
  react: { path: 'react.html', name: 'reactChat', root: './' },
  bench: { path: 'bench/index.html', name: 'benchmark', root: '../' },
} as const satisfies Record<string, { path: string; name: keyof Words; root: string }>

export type Page = keyof typeof PAGES

/** The landing page, to which the wordmark links. */
export const HOME = 'index.html'
