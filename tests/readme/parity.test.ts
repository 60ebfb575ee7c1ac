/** docs/rust.md names each option of the package and each of the Rust API, side by side, or says that one of them has none. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read } from './blocks.js'
import { INTERFACES, optionsOf, STREAM_MEMBERS } from './source.js'

const API = read('docs/rust-api.txt')
const DOCS = read('docs/rust.md')

/** The code in the two columns of the tables. */
const COLUMNS = [...DOCS.matchAll(/^\| (.*) \| (.*) \|$/gm)].map(([, npm = '', rust = '']) =>
  [npm, rust].map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)),
)

const NPM = new Set(COLUMNS.flatMap(([npm = []]) => npm.map((code) => code.replace(/\(.*$/, ''))))

/** With the type that stands before the first name of a list: `Builder::done`, `done_when`. */
const RUST = new Set(
  COLUMNS.flatMap(([, rust = []]) => {
    let type = ''
    return rust.map((code) => {
      const [, named, name = code] = /^(\w+)::(\w+)$/.exec(code) ?? []
      type = named ?? type
      return `${type}::${name}`
    })
  }),
)

/** The public functions of a type of the crate. */
function functionsOf(type: string): string[] {
  const section = API.split('\n\n').find((section) => section.startsWith(`# struct.${type}\n`))
  assert.ok(section, `docs/rust-api.txt has no ${type}`)
  const own = section.split('\nimpl ').filter((part) => part.startsWith(`${type}\n`))
  return [...own.join('\n').matchAll(/^pub fn (\w+)/gm)].map(([, name = '']) => name)
}

for (const name of INTERFACES) {
  test(`each of the package's ${name} has its place`, () => {
    assert.deepEqual(
      optionsOf(name).filter((option) => !NPM.has(option)),
      [],
    )
  })
}

test("each member of the package's EventStream has its place", () => {
  assert.deepEqual(
    STREAM_MEMBERS.filter((member) => !NPM.has(member)),
    [],
  )
})

const TYPES = [
  'Builder',
  'CancelRequest',
  'AckRequest',
  'ResumeRequest',
  'EventStream',
  'Canceller',
]

for (const type of TYPES) {
  test(`each function of the crate's ${type} has its place`, () => {
    const functions = functionsOf(type)
    assert.ok(functions.length > 0)
    assert.deepEqual(
      functions.filter((name) => !RUST.has(`${type}::${name}`)),
      [],
    )
  })
}

test('what the tables name is there', () => {
  const named = [...RUST].filter((code) => TYPES.includes(code.split('::')[0]!))
  const known = TYPES.flatMap((type) => functionsOf(type).map((name) => `${type}::${name}`))
  assert.deepEqual(
    named.filter((code) => !known.includes(code)),
    [],
  )
})
