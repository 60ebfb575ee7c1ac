import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { docs } from './build/docs/plugin.ts'
import { highlight } from './build/highlight.ts'

/**
 * Where `npm run dev` finds the relay (`cargo run -p sluicegate-relay -- --weather`). The relay compares the page's
 * origin with the host, which stays that of the page.
 */
const relay = { target: 'http://127.0.0.1:8787', changeOrigin: false }

/** The pages that are HTML files here; `docs` adds those of the documentation. */
const pages = ['index.html', 'vue.html', 'react.html', 'recipes.html', 'bench/index.html'].map(
  (page) => fileURLToPath(new URL(page, import.meta.url)),
)

export default defineConfig({
  base: './',
  plugins: [docs(), highlight(), vue(), react()],
  build: {
    rolldownOptions: {
      input: pages,
      // The package in one file, as in a user's bundle.
      output: {
        codeSplitting: {
          groups: [{ name: 'sluicegate', test: /pkg\/dist\/(decode|open-stream)\.js$/ }],
        },
      },
    },
  },
  server: { proxy: { '/chat': relay, '/models': relay, '/sessions': relay, '/weather': relay } },
})
