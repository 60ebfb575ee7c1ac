import type { Words } from './words'

/** The site's pages: where each one is, what its link says, and how it gets to the others. */
export const PAGES = {
  vue: { path: 'index.html', name: 'vueChat', root: './' },
  react: { path: 'react.html', name: 'reactChat', root: './' },
  recipes: { path: 'recipes.html', name: 'recipes', root: './' },
  bench: { path: 'bench/index.html', name: 'benchmark', root: '../' },
} as const satisfies Record<string, { path: string; name: keyof Words; root: string }>

export type Page = keyof typeof PAGES
