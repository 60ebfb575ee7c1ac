/**
 * docs/rust.md names each option of the package and each of the Rust API, side by side, or says that one of them has none. The types of
 * the crate's feature `js` have the package's options.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const OPTIONS = read('pkg/src/options.ts')
const JS_TYPES = read('src/js/types.d.ts')
const JS_READER = read('src/js/options.rs')
const STREAM = read('pkg/src/stream/event-stream.ts') + read('pkg/src/sequence.ts')
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

/** The members of an interface of some options, those included that it has from another one, or picks from `RequestInit`. */
function membersOf(name: string, source: string): string[] {
  const [, base = '', body = ''] =
    new RegExp(`interface ${name}(?:<\\w+>)?(?: extends (\\w+).*?)? \\{\n(.*?)^\\}`, 'ms').exec(
      source,
    ) ?? assert.fail(`there is no ${name}`)
  const own = [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member = '']) => member)
  if (base === 'FetchMembers' || base === 'Pick') {
    const picked = /type FetchMembers? =(.*?)\n(?:>|\n)/s.exec(source)?.[1] ?? ''
    return [...own, ...[...picked.matchAll(/'(\w+)'/g)].map(([, member = '']) => member)]
  }
  return base === '' ? own : [...own, ...membersOf(base, source)]
}

/** The public functions of a type of the crate. */
function functionsOf(type: string): string[] {
  const section = API.split('\n\n').find((section) => section.startsWith(`# struct.${type}\n`))
  assert.ok(section, `docs/rust-api.txt has no ${type}`)
  const own = section.split('\nimpl ').filter((part) => part.startsWith(`${type}\n`))
  return [...own.join('\n').matchAll(/^pub fn (\w+)/gm)].map(([, name = '']) => name)
}

const INTERFACES = {
  OpenOptions: '',
  RetryOptions: 'retry.',
  CancelOptions: 'cancel.',
  AckOptions: 'ack.',
  ResumeOptions: 'resume.',
}

for (const [name, path] of Object.entries(INTERFACES)) {
  test(`each of the package's ${name} has its place`, () => {
    const members = membersOf(name, OPTIONS)
    assert.ok(members.length > 0)
    assert.deepEqual(
      members.map((member) => path + member).filter((member) => !NPM.has(member)),
      [],
    )
  })
}

/** What the Rust API has not, and so the feature `js` neither: the docs say what to do instead. */
const ONLY_IN_PACKAGE = new Set(
  [...DOCS.matchAll(/^\| `(\w+)` \| — .+ \|$/gm)].map(([, member = '']) => member),
)

for (const [name, path] of Object.entries(INTERFACES)) {
  test(`the feature \`js\` has the package's ${name}`, () => {
    const members = membersOf(name, JS_TYPES)
    assert.ok(members.length > 0)
    const expected = membersOf(name, OPTIONS).filter(
      (member) => !ONLY_IN_PACKAGE.has(path + member),
    )
    assert.deepEqual(members.toSorted(), expected.toSorted())
    assert.deepEqual(
      members.filter((member) => !JS_READER.includes(`"${member}"`)),
      [],
      'src/js/options.rs reads them',
    )
  })
}

test("each member of the package's EventStream has its place", () => {
  const internal = ['constructor', 'fail', 'finish', 'takeReady', 'mapEvents']
  const shown = STREAM.replaceAll(/\/\*\* @internal.*?\n.*?\n/g, '')
  const members = [
    ...shown.matchAll(/^ {2}(?:readonly |get )?([a-z]\w*)(?:<.*?>)?(?:\(.*\{|: Promise<.*)$/gm),
  ].map(([, member = '']) => member)
  for (const known of ['opened', 'closed', 'state', 'cancel', 'next', 'frames']) {
    assert.ok(members.includes(known), `${known} is found in the source`)
  }
  const missing = members.filter((member) => !NPM.has(member) && !internal.includes(member))
  assert.deepEqual(missing, [])
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
