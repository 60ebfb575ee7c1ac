import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const pages = ['clients/plain', 'clients/with-worker', 'pages/vue', 'pages/react', 'pages/svelte']

/** Builds the pages that run the recipes, for their test. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [vue(), react(), svelte()],
  build: {
    rolldownOptions: {
      input: pages.map((page) => fileURLToPath(new URL(`${page}.html`, import.meta.url))),
    },
  },
})
