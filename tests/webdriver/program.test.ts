import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Program } from './program.js'

/** Prints its process id, that of a child of its own, and its temporary directory; then runs on. */
const FAMILY = ['-c', 'sleep 600 & echo "family $$ $! $TMPDIR"; wait']
const PRINTED = /^family (\d+) (\d+) (.+)\n/m

test('stop() ends a program with its children and removes its directory', async () => {
  const program = new Program('bash', FAMILY)
  const family = await program.printed(PRINTED)
  await program.stop()
  await gone(family)
})

test('a program whose parent is killed ends too', async () => {
  const script = `
    import { Program } from ${JSON.stringify(new URL('program.ts', import.meta.url).href)}
    const [line] = await new Program('bash', ${JSON.stringify(FAMILY)}).printed(${PRINTED})
    console.log(line)
    setInterval(() => {}, 1000)
  `
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  for await (const chunk of parent.stdout) {
    output += chunk
    const family = PRINTED.exec(output)
    if (!family) continue
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    return gone(family)
  }
  assert.fail(`the parent ended early: ${output}`)
})

test('a program that ends too early is reported with what it said', async () => {
  const program = new Program('bash', ['-c', 'echo no such luck >&2; exit 3'])
  await assert.rejects(program.printed(/ready/), /bash ended too early.*no such luck/s)
  await program.stop()
})

/** The guard takes a moment; the test runner's time limit is the one for a family that stays. */
async function gone([, parent, child, directory]: RegExpExecArray): Promise<void> {
  assert.ok(directory)
  while (alive(Number(parent)) || alive(Number(child)) || existsSync(directory)) await delay(20)
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
