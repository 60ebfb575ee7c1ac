/** What the package's source says that it has. */

import assert from 'node:assert/strict'
import { read } from './blocks.js'

const OPTIONS = read('pkg/src/options.ts')
const STREAM = read('pkg/src/stream/event-stream.ts') + read('pkg/src/sequence.ts')

/** Where the members of each interface stand in the options. */
const PATHS = {
  OpenOptions: '',
  RetryOptions: 'retry.',
  CancelOptions: 'cancel.',
  AckOptions: 'ack.',
  ResumeOptions: 'resume.',
}

export const INTERFACES = Object.keys(PATHS) as (keyof typeof PATHS)[]

/** The options of an interface by their paths, such as `retry.maxDelay`. */
export function optionsOf(name: (typeof INTERFACES)[number]): string[] {
  return membersOf(name).map((member) => PATHS[name] + member)
}

/** The members of an interface of the package's options, those included that it has from `Pick` or another one. */
function membersOf(name: string): string[] {
  const [, base = '', body = ''] =
    new RegExp(`interface ${name}(?:<\\w+>)?(?: extends (\\w+).*?)? \\{\n(.*?)^\\}`, 'ms').exec(
      OPTIONS,
    ) ?? assert.fail(`options.ts has no ${name}`)
  const own = [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member = '']) => member)
  assert.ok(own.length > 0, `${name} has members`)
  if (base === 'FetchMembers') {
    const picked = /type FetchMembers = Pick<(.*?)^>/ms.exec(OPTIONS)?.[1] ?? ''
    return [...own, ...[...picked.matchAll(/'(\w+)'/g)].map(([, member = '']) => member)]
  }
  return base === '' ? own : [...own, ...membersOf(base)]
}

/** The public members of `EventStream`. */
export const STREAM_MEMBERS: readonly string[] = streamMembers()

function streamMembers(): string[] {
  const internal = ['constructor', 'fail', 'finish', 'takeReady', 'mapEvents']
  const shown = STREAM.replaceAll(/\/\*\* @internal.*?\n.*?\n/g, '')
  const members = [
    ...shown.matchAll(/^ {2}(?:readonly |get )?([a-z]\w*)(?:<.*?>)?(?:\(.*\{|: Promise<.*)$/gm),
  ].map(([, member = '']) => member)
  for (const known of ['opened', 'closed', 'state', 'cancel', 'next', 'frames']) {
    assert.ok(members.includes(known), `${known} is found in the source`)
  }
  return members.filter((member) => !internal.includes(member))
}

/** The codes of `StreamError`. */
export const ERROR_CODES: readonly string[] = errorCodes()

function errorCodes(): string[] {
  const union = /export type StreamErrorCode =\n((?: *\| '[\w-]+'\n)+)/.exec(
    read('pkg/src/error.ts'),
  )
  assert.ok(union, 'error.ts has the codes')
  return [...union[1]!.matchAll(/'([\w-]+)'/g)].map(([, code = '']) => code)
}
