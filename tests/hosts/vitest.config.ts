import { defineConfig } from 'vitest/config'

/** Longer than what hangs on a busy machine takes to go on. */
const common = { testTimeout: 60_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'node',
          environment: 'node',
          include: [
            'ai-sdk.test.ts',
            'node.test.ts',
            'older.test.ts',
            'rxjs.test.ts',
            'signing.test.ts',
          ],
        },
      },
      { test: { ...common, name: 'jsdom', environment: 'jsdom', include: ['page.test.ts'] } },
      {
        test: { ...common, name: 'happy-dom', environment: 'happy-dom', include: ['page.test.ts'] },
      },
    ],
  },
})
