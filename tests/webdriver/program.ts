import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

const GUARD = fileURLToPath(new URL('guard.sh', import.meta.url))

/** How much of a program's last output is kept, in characters, to say why it failed. */
const KEPT_OUTPUT = 4000
const START_TIMEOUT = 60_000

/**
 * A program that runs until `stop()`, or until this process ends: by itself, by a crash or by a kill. `guard.sh` sees to
 * that. A running program does not keep this process alive.
 */
export class Program {
  readonly #name: string
  readonly #guard: ChildProcess
  readonly #changes = new EventEmitter()
  #output = ''
  #ended = false

  constructor(program: string, args: string[], env: NodeJS.ProcessEnv = {}, folder?: string) {
    this.#name = program
    // Detached, that is in a session of its own: a signal to our whole process group spares the guard.
    this.#guard = spawn('bash', [GUARD, program, ...args], {
      detached: true,
      cwd: folder,
      env: { ...process.env, ...env },
    })
    // Pipes are sockets, though their types do not say so.
    const [stdin, stdout, stderr] = this.#guard.stdio as unknown as [Socket, Socket, Socket]
    let open = 2
    for (const pipe of [stdout, stderr]) {
      pipe.setEncoding('utf8')
      pipe.on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_OUTPUT)
        this.#changes.emit('change')
      })
      pipe.once('end', () => {
        this.#ended = --open === 0
        this.#changes.emit('change')
      })
    }
    this.#guard.unref()
    for (const pipe of [stdin, stdout, stderr]) pipe.unref()
  }

  /** Whether it has ended by itself, or at least closed its output. */
  get ended(): boolean {
    return this.#ended
  }

  /**
   * Resolves with the match once the program has printed it. Rejects when it ends before, or takes longer than `patience`
   * milliseconds. Output comes in pieces, so the pattern should include what follows, such as the line's end.
   */
  printed(pattern: RegExp, patience = START_TIMEOUT): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        clearTimeout(timer)
        this.#changes.off('change', check)
        outcome()
      }
      const check = () => {
        const match = pattern.exec(this.#output)
        if (match) settle(() => resolve(match))
        else if (this.#ended) settle(() => reject(this.failure('ended too early')))
      }
      const timer = setTimeout(() => {
        settle(() => reject(this.failure(`did not print ${pattern}`)))
      }, patience)
      this.#changes.on('change', check)
      check()
    })
  }

  /** An error that shows the end of what the program printed. */
  failure(what: string): Error {
    return new Error(`${this.#name} ${what}; its output:\n${this.#output}`)
  }

  /** Ends the program and all that it started, `KILL` without a word; resolves when they are gone. */
  async stop(signal: 'TERM' | 'KILL' = 'TERM'): Promise<void> {
    if (this.#guard.exitCode !== null || this.#guard.signalCode !== null) return
    const exit = once(this.#guard, 'exit')
    this.#guard.ref()
    this.#guard.stdin?.end(`${signal}\n`)
    await exit
  }
}
