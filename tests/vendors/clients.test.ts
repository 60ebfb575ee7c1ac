// The emulators are no imagination of ours: the vendors' own clients read, resume and cancel their answers.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { type BackendName, BACKENDS } from './backends/index.js'
import { CLIENTS, type Seen, type VendorClient } from './clients.js'
import { startVendors, type Vendors } from './server.js'
import type { Space } from './space.js'

/** What a client is told when it cancels. */
const CANCELLED: Record<BackendName, unknown> = {
  openai: 'cancelled',
  vllm: 'cancelled',
  gemini: 'cancelled',
  langgraph: 'interrupted',
  'llama-cpp': 204,
  'ai-sdk': { success: true },
  dify: { result: 'success' },
  coze: 'canceled',
}

const { devDependencies: dependencies } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { devDependencies: Record<string, string> }

let vendors: Vendors

before(async () => {
  vendors = await startVendors()
})

after(() => vendors[Symbol.asyncDispose]())

for (const name of Object.keys(BACKENDS) as BackendName[]) {
  describe(name, () => {
    test('its own client reads an answer', async () => {
      const { space, base } = vendors.open(name)
      const { text, isWhole } = await CLIENTS[name](base).read()
      assert.deepEqual([text, isWhole], [space.expected.text, true])
      const { posts, jobs } = space.log
      assert.deepEqual([posts, jobs.map(({ state }) => state)], [1, ['completed']])
    })

    test('its own client cancels an answer, and the model stops', async () => {
      const { space, base } = vendors.open(name, { hold: 60 })
      const client = CLIENTS[name](base)
      let cancelled: Promise<unknown> | undefined
      const watch = (seen: Seen) => {
        if (seen.text.includes(' end. ')) cancelled ??= client.cancel(seen)
        // The readers of vLLM get no end.
        return name !== 'vllm' || !cancelled
      }
      const { text, isWhole } = await client.read(watch)
      assert.deepEqual(await cancelled, CANCELLED[name])
      space.release()
      const [job] = space.log.jobs
      assert.deepEqual([job?.state, job?.events, job?.cancelledAfter], ['cancelled', 60, 60])
      assert.ok(job?.text.startsWith(text) && job.text.length < space.expected.text.length)
      // LangGraph's stream ends as if the answer were whole, Dify's with the same event.
      if (!['langgraph', 'dify'].includes(name)) assert.equal(isWhole, false)
    })

    if (!CLIENTS[name]('http://127.0.0.1').resume) return

    /** Resumes what was seen, and checks that it becomes the whole answer. */
    async function assertResumes(space: Space, client: VendorClient, seen: Seen) {
      // OpenAI's client, which reads llama.cpp, counts no bytes.
      if (name === 'llama-cpp') seen.cursor = String(space.expected.events[seen.events])
      const whole = await client.resume!(seen, () => space.release())
      assert.deepEqual([whole.text, whole.isWhole], [space.expected.text, true])
      assert.equal(space.log.posts, 1)
    }

    test('its own client resumes an answer that it left', async () => {
      const { space, base } = vendors.open(name, { hold: 100 })
      const client = CLIENTS[name](base)
      const seen = await client.read(({ text }) => !text.includes(' end. '))
      assert.ok(seen.text.length < space.expected.text.length / 2)
      await space.until(({ requests }) => requests.at(-1)?.end === 'left')
      // The AI SDK's chat knows its stream only as long as the model writes.
      if (name !== 'ai-sdk') {
        space.release()
        await space.until(({ jobs: [job] }) => job?.state === 'completed')
      }
      await assertResumes(space, client, seen)
    })

    test('its own client resumes an answer that broke in the middle of a character', async () => {
      const { characters, events } = vendors.open(name).space.expected
      const cut = characters[Math.floor(characters.length / 2)]!
      const count = events.findLastIndex((start) => start <= cut)
      const { space, base } = vendors.open(name, { faults: [{ cut, seen: true }] })
      const client = CLIENTS[name](base)
      let seen: Seen | undefined
      const read = client.read((now) => {
        seen = now
        if (now.events === count) space.seen()
      })
      if (name === 'langgraph') {
        // It resumes by itself.
        assert.equal((await read).text, space.expected.text)
      } else {
        await assert.rejects(read)
        assert.ok(seen && !seen.isWhole)
        await assertResumes(space, client, seen)
      }
      const [start, resume] = space.log.requests.filter(({ bytes }) => bytes > 0)
      assert.deepEqual([start?.bytes, start?.end, resume?.end], [cut, 'cut', 'complete'])
    })
  })
}

test('an app of the AI SDK has nothing to resume once the model is done', async () => {
  const { base } = vendors.open('ai-sdk')
  const client = CLIENTS['ai-sdk'](base)
  const seen = await client.read()
  assert.equal(await client.resume!(seen), seen)
})

for (const page of ['../../docs/backends.md', 'README.md']) {
  test(`${page} names the versions that are installed here`, () => {
    const tables = readFileSync(new URL(page, import.meta.url), 'utf8')
    const named = [...tables.matchAll(/`((?:@[\w-]+\/)?[\w-]+)` (\d+\.\d+\.\d+)/g)]
    const clients = named.filter(([, name = '']) => name in dependencies)
    assert.ok(clients.length > 3, `${clients.length} of ${named.length}`)
    for (const [text, name = '', version] of clients) {
      assert.equal(version, dependencies[name], text)
    }
  })
}
