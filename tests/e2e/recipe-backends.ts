import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { find } from '../webdriver/drivers.js'
import { Program } from '../webdriver/program.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SOURCES = join(ROOT, 'www/recipes/backends')

/** A recipe's server. */
export interface Backend extends AsyncDisposable {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string
  /** Resolves with what it prints once it matches. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
}

/** Starts each of the backends, on any free port. */
export const BACKENDS = {
  Express: () => start(process.execPath, [join(SOURCES, 'express.js')]),
  FastAPI: () => start(find('uvicorn'), ['--app-dir', SOURCES, '--port', '0', 'fastapi_chat:app']),
  Spring: startSpring,
  axum: () => start(join(target(), 'debug/sluicegate-recipe-axum'), []),
}

const target = () => process.env['CARGO_TARGET_DIR'] ?? join(ROOT, 'target')

/** Debian's jars: Spring's MVC, and a server to put it in. */
const JARS = [
  ...['aop', 'beans', 'context', 'core', 'expression', 'web', 'web.servlet'].map(
    (name) => `spring3-${name}`,
  ),
  ...['http', 'io', 'security', 'server', 'servlet', 'util', 'util-ajax'].map(
    (name) => `jetty9-${name}`,
  ),
  ...['annotations', 'core', 'databind'].map((name) => `jackson-${name}`),
  'servlet-api',
  'commons-logging',
].map((name) => `/usr/share/java/${name}.jar`)

async function startSpring(): Promise<Backend> {
  const classes = mkdtempSync(join(tmpdir(), 'sluicegate-spring-'))
  const sources = [
    join(SOURCES, 'spring/ChatController.java'),
    join(ROOT, 'tests/e2e/spring/Main.java'),
  ]
  execFileSync(find('javac'), ['-d', classes, '-cp', JARS.join(':'), ...sources])
  const classpath = [classes, ...JARS].join(':')
  // This Spring is older than Java's modules.
  const opens = ['--add-opens', 'java.base/java.lang=ALL-UNNAMED']
  const backend = await start(find('java'), [...opens, '-cp', classpath, 'chat.Main'])
  return {
    ...backend,
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]()
      rmSync(classes, { recursive: true })
    },
  }
}

/** Starts a server that prints its address. */
export async function start(path: string, args: string[]): Promise<Backend> {
  const program = new Program(path, args, { PORT: '0' })
  const stop = () => program.stop()
  try {
    const [, url = ''] = await program.printed(/(http:\/\/127\.0\.0\.1:\d+)\D/)
    return { url, printed: (pattern) => program.printed(pattern), [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}
