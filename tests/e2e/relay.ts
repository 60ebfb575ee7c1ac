import { setTimeout as delay } from 'node:timers/promises'

/** A session as `GET /sessions` shows it. */
export interface Session {
  sessionId: string
  userId: string
  state: 'live' | 'completed' | 'cancelled' | 'client-gone' | 'upstream-error'
  tokens: number
}

export interface Answer {
  text: string
  tokens: number
}

/** Who `wholeAnswer` asks as. */
const READER = 'reader'

/** How long `sessionWhere` looks, in milliseconds, unless told otherwise. */
const PATIENCE = 20_000

/** The relay's sessions, asked for over HTTP as anybody could. */
export class RelayClient {
  readonly #url: string
  readonly #answers = new Map<string, Promise<Answer>>()

  constructor(url: string) {
    this.#url = url
  }

  /**
   * The whole answer to a prompt, read by a client that never stops it: once, since the same prompt has the same answer.
   */
  wholeAnswer(prompt: string): Promise<Answer> {
    const answer = this.#answers.get(prompt) ?? this.#read(prompt)
    this.#answers.set(prompt, answer)
    return answer
  }

  /** The sessions of everybody but `wholeAnswer`. */
  async sessions(): Promise<Session[]> {
    const response = await fetch(`${this.#url}/sessions`)
    const sessions = (await response.json()) as Session[]
    return sessions.filter(({ userId }) => userId !== READER)
  }

  /** Resolves with the first session found that matches; rejects when there is none for `patience` milliseconds. */
  async sessionWhere(
    matches: (session: Session) => boolean,
    patience = PATIENCE,
  ): Promise<Session> {
    const deadline = performance.now() + patience
    for (;;) {
      const sessions = await this.sessions()
      const found = sessions.find(matches)
      if (found) return found
      if (performance.now() > deadline) {
        throw new Error(`no such session in ${patience} ms: ${JSON.stringify(sessions)}`)
      }
      await delay(20)
    }
  }

  async #read(prompt: string): Promise<Answer> {
    const sessionId = crypto.randomUUID()
    const response = await fetch(`${this.#url}/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt, userId: READER, sessionId }),
    })
    const blocks = (await response.text()).split('\n\n').map((block) => block.split('\n'))
    const tokens = blocks
      .filter((lines) => !lines.some((line) => line.startsWith('event:')))
      .map((lines) => lines.filter((line) => line.startsWith('data: ')))
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.map((line) => line.slice('data: '.length)).join('\n'))
    return { text: tokens.join(''), tokens: tokens.length }
  }
}
