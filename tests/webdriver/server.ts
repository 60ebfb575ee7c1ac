import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Program } from './program.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Server {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string
  stop(signal?: 'TERM' | 'KILL'): Promise<void>
}

/**
 * Starts one of our servers on any free port, and waits until it listens.
 *
 * @param profile how cargo built it: `debug` for tests, `release` for benchmarks
 */
export async function startServer(
  name: 'sluicegate-relay' | 'sluicegate-test-server',
  args: string[] = [],
  profile: 'debug' | 'release' = 'debug',
): Promise<Server> {
  const path = join(process.env['CARGO_TARGET_DIR'] ?? join(ROOT, 'target'), profile, name)
  if (!existsSync(path)) {
    throw new Error(
      `${path} is not there: cargo build --package ${name}, with --release for benchmarks`,
    )
  }
  const program = new Program(path, ['--port', '0', ...args])
  try {
    const [, url = ''] = await program.printed(/^listening on (http:\S+)\n/m)
    return { url, stop: (signal) => program.stop(signal) }
  } catch (error) {
    await program.stop()
    throw error
  }
}
