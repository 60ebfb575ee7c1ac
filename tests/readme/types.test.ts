/** The README's examples, as TypeScript and Vue check them. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { BLOCKS } from './blocks.js'

const run = promisify(execFile)

const VUE_TSC = fileURLToPath(new URL('../../node_modules/.bin/vue-tsc', import.meta.url))

const CONFIG = {
  extends: '../../tsconfig.json',
  compilerOptions: {
    lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable', 'ESNext.Disposable'],
    module: 'ESNext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    types: [],
    // An example need not use what it shows.
    noUnusedLocals: false,
  },
  include: ['*', '../ambient.d.ts'],
}

test('the examples in TypeScript, TSX and Vue have no type errors', async () => {
  const examples = BLOCKS.filter(({ language }) => ['ts', 'tsx', 'vue'].includes(language))
  assert.ok(examples.length > 10, `${examples.length} examples`)
  // Here and not in /tmp: the examples find the packages that are installed.
  const folder = await mkdtemp(join(import.meta.dirname, 'examples-'))
  try {
    for (const [index, { language, code }] of examples.entries()) {
      await writeFile(join(folder, `example-${index + 1}.${language}`), code)
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG))
    const { stdout } = await run(VUE_TSC, ['--noEmit', '--project', folder]).catch(
      (error: { stdout: string }) => error,
    )
    assert.equal(stdout, '')
  } finally {
    await rm(folder, { recursive: true })
  }
})
