import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Consumer } from '../../consumers/consumers.js'
import { App, installNewerNode } from '../../consumers/workshop.js'
import { Tarball } from '../../publish/tarball.js'
import { freePort } from '../../webdriver/index.js'
import { Program } from '../../webdriver/program.js'
import { BreakingProxy } from './breaking-proxy.js'

const NEXT = 'node_modules/next/dist/bin/next'

const CONSUMER: Consumer = {
  name: 'ai-sdk-next',
  title: 'the AI SDK in Next.js',
  kind: { in: 'site', command: ['node', NEXT, 'start'], ready: /Ready in/ },
  common: [],
  versions: [],
}
const EXAMPLE = fileURLToPath(new URL('../../../examples/ai-sdk-next', import.meta.url))

/** What the app says of its model's work. */
export interface Work {
  answers: number
  words: number
  end: '' | 'finished' | 'stopped'
}

/** The example with the packed package, built, as two replicas with one Redis, behind a proxy. */
export interface NextApp {
  proxy: BreakingProxy
  /** Its development server, where React is strict. */
  development: string
  work(chat: string): Promise<Work>
  stop(): Promise<void>
}

export async function startNextApp(): Promise<NextApp> {
  const folder = await mkdtemp(join(tmpdir(), 'sluicegate-next-'))
  const started: { stop(): Promise<void> }[] = []
  const stop = async () => {
    await Promise.all(started.map((program) => program.stop()))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const node = await installNewerNode(join(folder, 'node'))
    const app = new App(CONSUMER, join(folder, 'app'), node, EXAMPLE)
    const tarball = await Tarball.pack()
    await app.install(tarball.path)
    await tarball.remove()
    await app.build()

    const redisPort = await freePort()
    const address = ['--port', `${redisPort}`, '--bind', '127.0.0.1']
    const memoryOnly = ['--save', '', '--appendonly', 'no', '--dir', folder]
    const redis = new Program('redis-server', [...address, ...memoryOnly])
    started.push(redis)
    await redis.printed(/Ready to accept connections/)

    const next = async (command: 'start' | 'dev') => {
      const port = await freePort()
      const args = [join(app.folder, NEXT), command, '-H', '127.0.0.1']
      const REDIS_URL = `redis://127.0.0.1:${redisPort}`
      const env = { ...app.environment, PORT: `${port}`, REDIS_URL }
      const program = new Program(node.path, args, env, app.folder)
      started.push(program)
      await program.printed(/Ready in/)
      return `http://127.0.0.1:${port}`
    }
    const [one, other] = [await next('start'), await next('start')]
    const development = await next('dev')
    // It compiles what is asked for, at the first request.
    for (const path of ['/chat/first', '/api/chat/first', '/api/chat/first/stream']) {
      await (await fetch(development + path)).text()
    }

    // What has to do with an answer under way never gets to the replica that has it.
    const proxy = await BreakingProxy.start((_, path) =>
      path.startsWith('/api/chat/') ? other : one,
    )
    started.push(proxy)
    const work = async (chat: string) =>
      (await (await fetch(`${other}/api/chat/${chat}/work`)).json()) as Work
    return { proxy, development, work, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
