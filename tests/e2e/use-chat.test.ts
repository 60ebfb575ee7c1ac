/** The AI SDK's own hooks at replicas of the relay behind nginx, with no backend of an app's, in each engine. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { rm } from 'node:fs/promises'
import type { WebDriver } from 'selenium-webdriver'
import { ENGINES, launch } from '../webdriver/index.js'
import { HeldModel } from './held-model.js'
import { callPage, folderWithPage } from './page-at-relay.js'
import { RelayClient, type Session } from './relay.js'
import { type Replicas, startReplicas } from './replicas.js'

const PROMPT = 'Tell me a joke about sluice gates.'

const FRAMEWORKS = ['react', 'vue']

/** The ways of the page to the relay, by name. */
const TRANSPORTS = ['default', 'sluicegate']

/** How long the page is waited for, in milliseconds. */
const PATIENCE = 60_000

interface State {
  text: string
  status: 'ready' | 'submitted' | 'streaming' | 'error'
  error?: string
  /** Every text that the page has shown of this answer. */
  seen: string[]
  parts?: string[]
  messages: number
  /** Whether the hook has looked for an answer that runs already. */
  hasLooked: boolean
}

let site: string

before(async () => {
  site = await folderWithPage(new URL('use-chat-page.ts', import.meta.url))
})

after(() => rm(site, { recursive: true }))

for (const engine of ENGINES) {
  describe(`useChat in ${engine}`, () => {
    let model: HeldModel
    let replicas: Replicas
    let driver: WebDriver
    let chats = 0

    before(async () => {
      // Each run of the last test kills one.
      const count = 1 + FRAMEWORKS.length * TRANSPORTS.length
      model = await HeldModel.start()
      const upstream = ['--upstream', model.url, '--model', 'held']
      replicas = await startReplicas(count, ['--site', site, '--resume-grace', '60', ...upstream])
      driver = await launch(engine)
      await driver.manage().setTimeouts({ script: PATIENCE })
    })

    after(async () => {
      await driver?.quit()
      await replicas?.stop()
      await model?.[Symbol.asyncDispose]()
    })

    const state = () => callPage<State>(driver, 'state')

    async function until(wanted: (state: State) => boolean): Promise<State> {
      let last: State | undefined
      const isWanted = async () => {
        // While a page is loaded, there is nobody to ask.
        last = await state().catch(() => undefined)
        return last !== undefined && wanted(last)
      }
      await driver.wait(isWanted, PATIENCE).catch((error) => {
        throw new Error(`${error}: ${JSON.stringify({ ...last, seen: undefined })}`)
      })
      return last!
    }

    /** The sessions of a chat, and the number of the replica that has them. */
    async function sessionsOf(chat: string): Promise<[number, Session][]> {
      const sessions = await Promise.all(
        replicas.relays.map(async ({ url }, number) => {
          const all = await new RelayClient(url).sessions().catch(() => [])
          return all.map((session): [number, Session] => [number, session])
        }),
      )
      return sessions.flat().filter(([, { sessionId }]) => sessionId === chat)
    }

    const isHalf = ({ text }: State) => text === HeldModel.half
    const isWhole = ({ text, status }: State) => status === 'ready' && text === HeldModel.answer

    function assertGrew({ seen }: State): void {
      seen.reduce((before, now) => {
        assert.ok(now.startsWith(before), `${before} became ${now}`)
        return now
      })
    }

    for (const framework of FRAMEWORKS) {
      for (const transport of TRANSPORTS) {
        describe(`${framework}, ${transport} transport`, () => {
          /** Opens a new chat. */
          async function open(): Promise<string> {
            const chat = `${engine}-${framework}-${transport}-${++chats}`
            const query = new URLSearchParams({ framework, transport, chat })
            await driver.get(`${replicas.url}/?${query}`)
            // An answer that began while the hook still looks for one would be read twice.
            await until(({ status, hasLooked }) => hasLooked && status === 'ready')
            return chat
          }

          async function openAndAsk(): Promise<string> {
            const chat = await open()
            await callPage(driver, 'ask', PROMPT)
            await until(isHalf)
            return chat
          }

          test('an answer is streamed; Stop stops the next one, whichever replica hears of it', async () => {
            const chat = await openAndAsk()
            model.release()
            assertGrew(await until(isWhole))
            const [session] = await sessionsOf(chat)
            assert.equal(session?.[1].state, 'completed')

            await callPage(driver, 'ask', PROMPT)
            await until(({ messages, text }) => messages === 4 && text.endsWith(HeldModel.half))
            assert.equal(await callPage<boolean>(driver, 'stop'), true)
            const { text } = await until(({ status }) => status === 'ready')
            // The question before is in mind.
            assert.equal(text, `You asked: ${PROMPT} ${HeldModel.half}`)
            const states = (await sessionsOf(chat)).map(([, { state }]) => state)
            assert.ok(states.includes('cancelled'), `${states}`)
          })

          test('a page that is loaded again goes on, and asks nothing again', async () => {
            const chat = await openAndAsk()
            await driver.navigate().refresh()
            await until((now) => now.messages === 2 && isHalf(now))
            model.release()
            await until(isWhole)
            assert.equal((await sessionsOf(chat)).length, 1)
            // Nothing runs now: there is nothing to go on with.
            await driver.navigate().refresh()
            const { text, messages } = await until(({ status }) => status === 'ready')
            assert.deepEqual([text, messages], [HeldModel.answer, 2])
          })

          test('an answer goes on at another replica when its own is killed', async () => {
            const chat = await openAndAsk()
            const [[number] = [0]] = await sessionsOf(chat)
            await replicas.relays[number]!.stop('KILL')
            if (transport === 'default') {
              // It goes on once the page is loaded again.
              await until(({ status }) => status !== 'streaming')
              await driver.navigate().refresh()
            }
            await until(isWhole)
          })
        })
      }
    }
  })
}
