/** The code of the README and of docs/, as its compilers read it. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { type Block, BLOCKS, read } from './blocks.js'

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

/** What each language's blocks have to pass; nothing for those that another test reads. */
const CHECKS: Record<string, ((block: Block) => Promise<unknown> | void) | undefined> = {
  ts: undefined,
  tsx: undefined,
  vue: undefined,
  // The newcomer's page, which is opened.
  html: undefined,
  js: ({ code }) => transform(code, { loader: 'js', format: 'esm', target: 'es2022' }),
  json: ({ code }) => void JSON.parse(code),
  sh: ({ code }) => run('bash', ['-n', '-c', code]),
  rust({ code, place }) {
    const lines = (text: string) => text.replaceAll(/^\s+|\s+$/gm, '')
    assert.ok(lines(COMPILED).includes(lines(code)), `${place} is in no Rust file that is compiled`)
  },
  // A comment of a stream.
  '': ({ code }) => assert.equal(code, ':\n\n'),
}

/** The crate's README is compiled by `cargo test`, the examples by `cargo xtask build examples`. */
const COMPILED = [
  'src/README.md',
  ...readdirSync(new URL('../../examples', import.meta.url), { recursive: true })
    .map(String)
    .filter((path) => /^[\w-]+\/src\/.*\.rs$/.test(path))
    .map((path) => `examples/${path}`),
]
  .map(read)
  .join('\n')

test('each block is in a language that is checked', () => {
  const unknown = BLOCKS.filter(({ language }) => !Object.hasOwn(CHECKS, language))
  assert.deepEqual(unknown, [])
})

for (const block of BLOCKS) {
  const check = CHECKS[block.language]
  if (check) test(`${block.place} (${block.language})`, async () => void (await check(block)))
}

test('the examples in TypeScript, TSX and Vue have no type errors', async () => {
  const examples = BLOCKS.filter(({ language }) => ['ts', 'tsx', 'vue'].includes(language))
  assert.ok(examples.length > 50, `${examples.length} examples`)
  // Here and not in /tmp: the examples find the packages that are installed.
  const folder = await mkdtemp(join(import.meta.dirname, 'examples-'))
  try {
    for (const { place, language, code } of examples) {
      // A file without an import or export is no module.
      const whole = language === 'ts' ? `${code}export {}\n` : code
      await writeFile(join(folder, `${place.replaceAll(/\W/g, '-')}.${language}`), whole)
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
