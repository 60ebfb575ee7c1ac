import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const oldest = createRequire(new URL('../oldest/package.json', import.meta.url))

/** Takes these packages as old as the entries allow; the rest of the path stays. */
function old(...names: string[]) {
  return names.map((find) => ({
    find,
    replacement: dirname(oldest.resolve(`${find}/package.json`)),
  }))
}

const environment = fileURLToPath(new URL('support/environment.ts', import.meta.url))
/** Longer than what hangs on a busy machine takes to go on. */
const testTimeout = 60_000
const common = { environment, testTimeout, exclude: ['**/node_modules/**'] }

export default defineConfig({
  plugins: [vue()],
  test: {
    projects: [
      {
        extends: true,
        test: { ...common, name: 'vue 3.5', env: { PEER: '3.5' }, include: ['vue/*.test.ts'] },
      },
      {
        extends: true,
        resolve: { alias: old('vue') },
        test: { ...common, name: 'vue 3.3', env: { PEER: '3.3' }, include: ['vue/*.test.ts'] },
      },
      {
        extends: true,
        test: { ...common, name: 'react 19', env: { PEER: '19' }, include: ['react/*.test.tsx'] },
      },
      {
        extends: true,
        resolve: { alias: old('react', 'react-dom') },
        test: { ...common, name: 'react 18', env: { PEER: '18' }, include: ['react/*.test.tsx'] },
      },
    ],
  },
})
