/** Serves the folder of an app, such as `leptos-chat/dist`, in front of the relay. */

import { defineConfig } from 'vite'

const relay = process.env['RELAY'] ?? 'http://127.0.0.1:8787'

export default defineConfig({
  appType: 'mpa',
  build: { outDir: '.' },
  // Not the short form, which changes the Host: the relay refuses pages of another host than its own.
  preview: { proxy: { '/chat': { target: relay } } },
})
