import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { find } from '../webdriver/drivers.js'
import { Program } from '../webdriver/program.js'

const DEPLOYED = fileURLToPath(new URL('../../www/relay/deploy/nginx.conf', import.meta.url))

/** Debian has it where only root looks. */
const ENVIRONMENT = { PATH: `${process.env['PATH']}:/usr/sbin` }

export interface Nginx {
  /** Such as `https://127.0.0.1:41234`. */
  readonly url: string
  /** Starts new workers, as a change of the configuration does. The old ones finish what they have begun. */
  reload(): void
  stop(): Promise<void>
}

export interface NginxOptions {
  port: number
  /** What it is in front of, each such as `http://127.0.0.1:41234`. */
  servers: readonly string[]
  /** With HTTP/2, and a certificate that is made for it. */
  tls: boolean
  /** How long a server may be silent, in seconds; default: as deployed. */
  readTimeout?: number
}

/** Starts a real nginx with the relay's configuration, and waits until it listens. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const { port, tls } = options
  const folder = await mkdtemp(join(tmpdir(), 'sluicegate-nginx-'))
  const config = join(folder, 'nginx.conf')
  const args = ['-p', folder, '-e', 'stderr', '-c', config]
  if (tls) makeCertificate(folder)
  await writeFile(config, await configuration(options))
  const program = new Program('nginx', args, ENVIRONMENT)
  const stop = async () => {
    await program.stop()
    await rm(folder, { recursive: true })
  }
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`
  try {
    while (!(await listens(url, program))) await delay(20)
  } catch (error) {
    await stop()
    throw error
  }
  const reload = () => {
    execFileSync('nginx', [...args, '-s', 'reload'], {
      env: { ...process.env, ...ENVIRONMENT },
      stdio: 'pipe',
    })
  }
  return { url, reload, stop }
}

/** Whatever it answers. */
async function listens(url: string, program: Program): Promise<boolean> {
  if (program.ended) throw program.failure('did not start')
  if (url.startsWith('http:')) {
    return fetch(url).then(
      () => true,
      () => false,
    )
  }
  return new Promise((resolve) => {
    const agent = new Agent({ rejectUnauthorized: false })
    const request = get(url, { agent }, (response) => {
      response.destroy()
      resolve(true)
    })
    request.on('error', () => resolve(false))
  })
}

function makeCertificate(folder: string): void {
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync(find('openssl'), ['req', '-x509', ...key, ...files, ...names], { stdio: 'pipe' })
}

/** What is deployed, with other addresses and times, and without tokens and a log. */
async function configuration(options: NginxOptions): Promise<string> {
  const { port, servers, tls, readTimeout } = options
  const server = '    server 127.0.0.1:8787 '
  const lines = (await readFile(DEPLOYED, 'utf8')).split('\n').flatMap((line) => {
    if (line.startsWith(server)) {
      return servers.map((url) => line.replace('127.0.0.1:8787', new URL(url).host))
    }
    if (line.includes('listen 443 ')) {
      return `listen 127.0.0.1:${port}${tls ? ' ssl http2' : ''};`
    }
    if (line.includes('ssl_certificate ')) return tls ? 'ssl_certificate cert.pem;' : []
    if (line.includes('ssl_certificate_key ')) return tls ? 'ssl_certificate_key key.pem;' : []
    if (line.includes('proxy_read_timeout ') && readTimeout !== undefined) {
      return `proxy_read_timeout ${readTimeout}s;`
    }
    // These relays have no tokens, and so would take nothing that a proxy says it brings.
    return line.includes('X-Forwarded-Proto') || line.includes('access_log /') ? [] : line
  })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  // The folder is ours alone, so the workers have to be, too.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `
    daemon off;
    ${user}
    pid nginx.pid;
    events { worker_connections 4096; }
    http {
      access_log off;
      ${temporary.map((kind) => `${kind}_temp_path ${kind};`).join('\n')}
      ${lines.join('\n')}
    }`
}
