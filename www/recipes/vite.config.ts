import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'

const pages = [
  'clients/plain',
  'clients/with-worker',
  ...['vue', 'react', 'svelte', 'solid', 'angular', 'query'].map((name) => `pages/${name}`),
]

/** Solid's JSX is its own. */
const SOLID = /\.solid\.jsx$/

/** Builds the pages that run the recipes, for their test. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [vue(), solid({ include: SOLID }), react({ exclude: SOLID }), svelte()],
  // Angular's.
  oxc: { decorator: { legacy: true } },
  build: {
    rolldownOptions: {
      input: pages.map((page) => fileURLToPath(new URL(`${page}.html`, import.meta.url))),
    },
  },
})
