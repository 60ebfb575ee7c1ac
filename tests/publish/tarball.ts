import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

const PACKAGE = fileURLToPath(new URL('../../pkg', import.meta.url))

/** The environment without what the npm that runs the tests says to its scripts. */
export const ENVIRONMENT: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)),
)

export interface Manifest {
  name: string
  version: string
  exports: Record<string, string | Record<string, string>>
  sideEffects: unknown
}

/** What `npm publish` would upload, unpacked. */
export class Tarball {
  /** Where it is. */
  readonly path: string
  readonly data: Buffer
  /** Paths of files, as in the package. */
  readonly files: readonly string[]
  readonly #folder: string

  private constructor(path: string, data: Buffer, files: string[], folder: string) {
    this.path = path
    this.data = data
    this.files = files
    this.#folder = folder
  }

  static async pack(): Promise<Tarball> {
    const folder = await mkdtemp(join(tmpdir(), 'sluicegate-pack-'))
    const args = ['pack', '--json', '--pack-destination', folder]
    const { stdout } = await run('npm', args, { cwd: PACKAGE, env: ENVIRONMENT })
    const [{ filename, files }] = JSON.parse(stdout) as [
      { filename: string; files: { path: string }[] },
    ]
    const file = join(folder, filename)
    await run('tar', ['--extract', '--file', file, '--directory', folder])
    const paths = files.map(({ path }) => path)
    return new Tarball(file, await readFile(file), paths, join(folder, 'package'))
  }

  read(path: string): Promise<string> {
    return readFile(join(this.#folder, path), 'utf8')
  }

  async manifest(): Promise<Manifest> {
    return JSON.parse(await this.read('package.json'))
  }

  remove(): Promise<void> {
    return rm(join(this.#folder, '..'), { recursive: true })
  }
}
