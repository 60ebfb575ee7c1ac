/** What `npm publish` would upload, as npm, bundlers and TypeScript see it. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { posix } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { build } from 'esbuild'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { type Manifest, Tarball } from './tarball.js'

/**
 * The package is an ES module, with `exports`. TypeScript's oldest resolution knows no `exports`, and a CommonJS module
 * gets it with `import()`, or with the `require` of Node 20.19 and newer.
 */
const ESM_ONLY = ['node10', 'node16-cjs']

describe('the npm tarball', () => {
  let tarball: Tarball
  let manifest: Manifest

  before(async () => {
    tarball = await Tarball.pack()
    manifest = await tarball.manifest()
  })

  after(() => tarball.remove())

  test('publint has nothing to say', async () => {
    const { buffer, byteOffset, byteLength } = tarball.data
    const data = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
    const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true })
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    )
  })

  test('the types of every entry are right', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(tarball.data))
    assert.ok(analysis.types)
    assert.deepEqual(
      Object.keys(analysis.entrypoints).toSorted(),
      Object.keys(manifest.exports).toSorted(),
    )
    const problems = analysis.problems.filter(
      (problem) => !('resolutionKind' in problem && ESM_ONLY.includes(problem.resolutionKind)),
    )
    assert.deepEqual(problems, [])
  })

  test('it has what users need, and nothing else', () => {
    const isWanted = (path: string) =>
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE-(APACHE|MIT))$/.test(path) ||
      /^docs\/[\w-]+\.md$/.test(path) ||
      /^dist\/[\w/-]+\.(js|d\.ts|(js|d\.ts)\.map|wasm)$/.test(path) ||
      /^src\/[\w/-]+\.ts$/.test(path)
    assert.deepEqual(
      tarball.files.filter((path) => !isWanted(path)),
      [],
    )
    for (const path of ['README.md', 'CHANGELOG.md', 'LICENSE-APACHE', 'LICENSE-MIT']) {
      assert.ok(tarball.files.includes(path), `${path} is missing`)
    }
  })

  test('links of its README lead to its files, or to those of the repository', async () => {
    const links = (await tarball.read('README.md')).matchAll(/\]\((?!https:)([^)#]+)[^)]*\)/g)
    const paths = [...links].map(([, path = '']) => path)
    assert.ok(paths.includes('docs/options.md'))
    // npm shows these from the repository that package.json names.
    const outside = /^(CONTRIBUTING|ARCHITECTURE|SECURITY)\.md$|^docs\/images\//
    assert.deepEqual(
      paths.filter((path) => !tarball.files.includes(path) && !outside.test(path)),
      [],
    )
  })

  test('each module has a source map, whose sources are in the package', async () => {
    const isCompiled = (path: string) => /^dist\/.*\.js$/.test(path) && !path.includes('generated/')
    const modules = tarball.files.filter(isCompiled)
    assert.ok(modules.length > Object.keys(manifest.exports).length)
    for (const path of modules) {
      const code = await tarball.read(path)
      assert.match(code, new RegExp(`//# sourceMappingURL=${posix.basename(path)}.map\\s*$`), path)
      const { sources } = JSON.parse(await tarball.read(`${path}.map`)) as { sources: string[] }
      for (const source of sources) {
        const file = posix.join(posix.dirname(path), source)
        assert.ok(tarball.files.includes(file), `${path} was made of ${file}`)
      }
    }
  })

  test('no code is evaluated from text', async () => {
    for (const path of tarball.files.filter((path) => path.endsWith('.js'))) {
      assert.doesNotMatch(await tarball.read(path), /\beval\s*\(|\bnew Function\b/, path)
    }
  })

  test('an import of which nothing is used leaves nothing', async () => {
    assert.equal(manifest.sideEffects, false)
    for (const [name, entry] of Object.entries(manifest.exports)) {
      if (typeof entry === 'string' || !entry['default']?.endsWith('.js')) continue
      const { outputFiles } = await build({
        stdin: {
          contents: `import '${posix.join(manifest.name, name)}'`,
          resolveDir: import.meta.dirname,
        },
        bundle: true,
        external: ['react', 'vue'],
        format: 'esm',
        write: false,
        // esbuild says that it leaves the import out.
        logLevel: 'silent',
      })
      const code = outputFiles[0]!.text.replaceAll(/^\s*\/\/.*$/gm, '').trim()
      assert.equal(code, '', name)
    }
  })

  test('importing an entry changes nothing in the page', async () => {
    // Vue's development build leaves hooks for its tools there.
    await import('vue')
    for (const [name, entry] of Object.entries(manifest.exports)) {
      if (typeof entry === 'string' || !entry['default']?.endsWith('.js')) continue
      const before = Reflect.ownKeys(globalThis)
      await import(posix.join(manifest.name, name))
      assert.deepEqual(Reflect.ownKeys(globalThis), before, name)
    }
  })
})
