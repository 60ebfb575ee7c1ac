import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type Server, startServer } from '../webdriver/index.js'
import { Program } from '../webdriver/program.js'
import { startNginx } from './nginx.js'

/** Relays that share a real Redis, behind a real nginx. */
export interface Replicas {
  /** nginx's address. */
  readonly url: string
  readonly relays: readonly Server[]
  stop(): Promise<void>
}

/** Starts as many relays with these flags, and what is around them. */
export async function startReplicas(count: number, flags: string[]): Promise<Replicas> {
  const folder = await mkdtemp(join(tmpdir(), 'sluicegate-replicas-'))
  const [redisPort, port] = [await freePort(), await freePort()]
  const started: { stop(): Promise<void> }[] = []
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()))
    await rm(folder, { recursive: true })
  }
  try {
    const address = ['--port', `${redisPort}`, '--bind', '127.0.0.1']
    const memoryOnly = ['--save', '', '--appendonly', 'no', '--dir', folder]
    const redis = new Program('redis-server', [...address, ...memoryOnly])
    started.push(redis)
    await redis.printed(/Ready to accept connections/)
    const relays: Server[] = []
    for (let number = 0; number < count; number++) {
      const shared = ['--redis', `redis://127.0.0.1:${redisPort}`]
      const relay = await startServer('sluicegate-relay', [...flags, ...shared])
      started.push(relay)
      relays.push(relay)
    }
    const nginx = await startNginx({ port, servers: relays.map(({ url }) => url), tls: false })
    started.push(nginx)
    return { url: nginx.url, relays, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
