/** Each option, error code and member of a stream has its place in docs/. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PAGES, read } from './blocks.js'
import { ERROR_CODES, INTERFACES, optionsOf, STREAM_MEMBERS } from './source.js'

/** The names in the headings of a page, without the blocks of code. */
function headingsOf(path: string): string[] {
  const text = read(path).replaceAll(/^```.*?^```$/gms, '')
  const headings = [...text.matchAll(/^##+ (.*)$/gm)].map(([, heading = '']) => heading)
  return headings.flatMap((heading) =>
    [...heading.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  )
}

test('docs/options.md has a heading for each option, and no other', () => {
  const options = INTERFACES.flatMap(optionsOf)
  assert.deepEqual(headingsOf('docs/options.md').toSorted(), options.toSorted())
})

test('docs/errors.md has a heading for each code, and no other', () => {
  assert.deepEqual(headingsOf('docs/errors.md').toSorted(), ERROR_CODES.toSorted())
})

test('docs/reading.md names each member of a stream', () => {
  const page = read('docs/reading.md')
  const missing = STREAM_MEMBERS.filter((name) => !new RegExp(`[\`.]${name}\\b`).test(page))
  assert.deepEqual(missing, [])
})

test('docs/text.md names each format', () => {
  const union = /export type JsonFormat =\n((?: *\| '[\w-]+'\n)+)/.exec(
    read('pkg/src/llm/json-formats.ts'),
  )
  const formats = [...union![1]!.matchAll(/'[\w-]+'/g), ["'relay'"], ["'auto'"]]
  const page = read('docs/text.md')
  assert.deepEqual(
    formats.map(([name]) => name).filter((name) => !page.includes(`\`${name}\``)),
    [],
  )
})

test('docs/README.md lists each page of docs/, once', () => {
  const listed = [...read('docs/README.md').matchAll(/^- \[.+\]\((.+)\): .+\.$/gm)]
  const pages = PAGES.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md')
  assert.deepEqual(listed.map(([, name]) => `docs/${name}`).toSorted(), pages.toSorted())
})

test('the README is short', () => {
  const lines = read('README.md').trimEnd().split('\n').length
  assert.ok(lines <= 150, `${lines} lines`)
})
