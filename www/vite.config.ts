import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** Where `npm run dev` finds the relay (`cargo run -p sluicegate-relay -- --weather`). */
const relay = 'http://127.0.0.1:8787'

/** The site's pages, each an HTML file of its own. */
const pages = ['index.html', 'react.html', 'bench/index.html'].map((page) =>
  fileURLToPath(new URL(page, import.meta.url)),
)

export default defineConfig({
  base: './',
  plugins: [vue(), react(), svelte()],
  build: { rolldownOptions: { input: pages } },
  server: { proxy: { '/chat': relay, '/models': relay, '/sessions': relay, '/weather': relay } },
})
