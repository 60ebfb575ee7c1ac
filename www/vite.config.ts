import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** Where `npm run dev` finds the relay (`cargo run -p sluicegate-relay`). */
const relay = 'http://127.0.0.1:8787'

/** The site's pages, each an HTML file of its own. */
const pages = ['index.html', 'bench/index.html']
  .map((page) => fileURLToPath(new URL(page, import.meta.url)))
  .filter((file) => existsSync(file))

export default defineConfig({
  base: './',
  plugins: [vue()],
  build: { rolldownOptions: { input: pages } },
  server: { proxy: { '/chat': relay, '/sessions': relay } },
})
