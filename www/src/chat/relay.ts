/** The bad and the good weather that a relay started with `--weather` makes for a running answer. */
export const WEATHERS = ['drop', 'stall', 'slow', 'clear'] as const
export type Weather = (typeof WEATHERS)[number]

/** A user's one answer. */
export interface SessionName {
  userId: string
  sessionId: string
}

/** A relay's endpoints. `address` is its base; an empty one is the folder of the page itself. */
export class Relay {
  readonly #base: string

  constructor(address: string) {
    const base = new URL(address === '' ? '.' : address, document.baseURI)
    if (!base.pathname.endsWith('/')) base.pathname += '/'
    base.search = base.hash = ''
    this.#base = base.href
  }

  /** What it is called in messages. */
  get address(): string {
    return this.#base
  }

  /** The address of one of its paths. */
  at(path: string): string {
    return this.#base + path
  }

  /**
   * The names of the models that it can be asked for, the one that it would take first.
   * @throws whatever `fetch` does, and when the answer is no list of models.
   */
  async models(): Promise<string[]> {
    const response = await fetch(this.at('models'))
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    return ((await response.json()) as { models: string[] }).models
  }

  /** Makes the weather for a running answer, and returns the status: 204 when it was made, 404 without `--weather`. */
  async makeWeather(session: SessionName, weather: Weather): Promise<number> {
    const response = await fetch(this.at('weather'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...session, weather }),
    })
    return response.status
  }
}
