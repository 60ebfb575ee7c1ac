import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort, type Server, startServer } from '../webdriver/index.js'
import { Program } from '../webdriver/program.js'

const NGINX = fileURLToPath(new URL('../../www/relay/deploy/nginx.conf', import.meta.url))

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
    const config = join(folder, 'nginx.conf')
    await writeFile(config, await nginxConfig(port, relays))
    const nginx = new Program('nginx', ['-p', folder, '-e', 'stderr', '-c', config], {
      // Debian has it where only root looks.
      PATH: `${process.env['PATH']}:/usr/sbin`,
    })
    started.push(nginx)
    const url = `http://127.0.0.1:${port}`
    while (!(await fetch(`${url}/healthz`).catch(() => undefined))?.ok) {
      if (nginx.ended) throw nginx.failure('did not start')
      await delay(20)
    }
    return { url, relays, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What is deployed, with other addresses and without TLS, tokens and a log. */
async function nginxConfig(port: number, relays: readonly Server[]): Promise<string> {
  const server = '    server 127.0.0.1:8787 '
  const lines = (await readFile(NGINX, 'utf8')).split('\n').flatMap((line) => {
    if (line.startsWith(server)) {
      return relays.map(({ url }) => line.replace('127.0.0.1:8787', new URL(url).host))
    }
    if (line.includes('listen 443 ')) return `listen 127.0.0.1:${port};`
    // These relays have no tokens, and so would take nothing that a proxy says it brings.
    if (line.includes('X-Forwarded-Proto')) return []
    return line.includes('ssl_certificate') || line.includes('access_log /') ? [] : line
  })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
    daemon off;
    master_process off;
    pid nginx.pid;
    events { worker_connections 4096; }
    http {
      access_log off;
      ${temporary.map((kind) => `${kind}_temp_path ${kind};`).join('\n')}
      ${lines.join('\n')}
    }`
}
