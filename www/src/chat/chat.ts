import { nanoid } from 'nanoid'
import { atom, computed } from 'nanostores'
import type { StartOptions, StreamControls } from 'sluicegate/vue'
import { $model, $relay } from '../site/settings'
import { keep, type KeptTurn, turnsOf } from './conversations'
import { type Answer, Exchange, isRunning, type Said, type Shown } from './exchange'
import { GrowingMarkdown } from './markdown'
import { $models } from './models'
import type { Recording } from './recorder'
import { Relay, type Weather } from './relay'

/** A question and its answer so far, as a page shows it. Immutable. */
export interface Turn {
  id: string
  prompt: string
  answer: Answer
}

/** What came of asking for some weather. */
export interface WeatherReport {
  weather: Weather
  /** 204 if it was made; `undefined` if the relay was not reached. */
  status: number | undefined
}

/** One page's chat: a conversation, and at most one answer that is being written, a session of its own on the relay. */
export class Chat {
  /** The id of the conversation that is open. */
  readonly $conversation = atom(nanoid())
  readonly $turns = atom<readonly Turn[]>([])
  /** The record of the latest answer that this page asked for. */
  readonly $recording = atom<Recording | undefined>()
  readonly $running = computed(this.$turns, (turns) => {
    const latest = turns.at(-1)
    return latest !== undefined && isRunning(latest.answer.phase)
  })
  /** What the relay said about the weather of the latest answer; `undefined` if it was not asked. */
  readonly $weather = atom<WeatherReport | undefined>()

  readonly #userId = userIdOf()
  /** How the stream of the open conversation is started and stopped: `useEventStream`'s, of the component that shows it. */
  #controls: StreamControls | undefined
  #exchange: Exchange | undefined
  /** The turns before that of the exchange, and its prompt. */
  #before: readonly Turn[] = []
  #prompt = ''
  /** What was kept of an answer that comes again from its start. */
  #kept: Pick<Answer, 'text' | 'blocks'> | undefined

  /** Sends `prompt`, unless it is blank or an answer is still coming; tells whether it did. */
  ask(prompt: string): boolean {
    if (!this.#controls || this.$running.get() || prompt.trim() === '') return false
    const turns = this.$turns.get()
    const question = {
      userId: this.#userId,
      sessionId: nanoid(),
      prompt,
      messages: turns.flatMap(said),
      ...chosenModel(),
    }
    const exchange = Exchange.ask(new Relay($relay.get()), question)
    this.#expect(exchange, turns, prompt)
    this.#controls.start(exchange.options)
    this.#show()
    return true
  }

  /**
   * The options that the component of the open conversation passes to `useEventStream`. With them, an answer that ran when the page was left goes on.
   */
  get options(): StartOptions {
    return this.#exchange?.options ?? {}
  }

  /** The component of the open conversation is there. */
  attach(controls: StreamControls): void {
    this.#controls = controls
  }

  /** The stream has changed. That of a conversation that was left shows no more. */
  follow({ start, ...snapshot }: Shown & Pick<StreamControls, 'start'>): void {
    if (!this.#exchange || start !== this.#controls?.start || snapshot.status === 'idle') return
    this.#exchange.follow(snapshot)
    this.#show()
  }

  /** Asks the latest question again, in place of its answer. */
  retry(): void {
    const latest = this.$turns.get().at(-1)
    if (!latest || this.$running.get()) return
    this.$turns.set(this.$turns.get().slice(0, -1))
    this.ask(latest.prompt)
  }

  /** Stops the answer that is being written, here and on the server; resolves when both have. */
  async stop(): Promise<void> {
    const exchange = this.#exchange
    if (!exchange || !this.#controls || !this.$running.get()) return
    await exchange.stop(this.#controls.cancel, () => {
      if (exchange === this.#exchange) this.#show()
    })
  }

  /** Makes the weather for the answer that is being written. */
  async makeWeather(weather: Weather): Promise<void> {
    const exchange = this.#exchange
    if (!exchange || !this.$running.get()) return
    const relay = new Relay($relay.get())
    const status = await relay.makeWeather(exchange.session, weather).catch(() => undefined)
    if (this.#exchange === exchange) this.$weather.set({ weather, status })
  }

  /**
   * Opens a kept conversation, or a new one if none has that id. Its component goes on with its answer if that still
   * runs. An answer that is being written is left, and stops with its component.
   */
  open(id: string): void {
    if (id === this.$conversation.get()) return
    this.save()
    this.#exchange = undefined
    this.#controls = undefined
    const turns = turnsOf(id).map(shown)
    const latest = turns.at(-1)
    if (latest) {
      const session = { userId: this.#userId, sessionId: latest.id }
      const exchange = Exchange.resume(new Relay($relay.get()), session)
      this.#expect(exchange, turns.slice(0, -1), latest.prompt)
      const { text } = latest.answer
      this.#kept = { text, blocks: new GrowingMarkdown().render(text, false) }
    }
    this.$weather.set(undefined)
    this.$recording.set(undefined)
    this.$turns.set(turns)
    this.$conversation.set(id)
  }

  /** Keeps the conversation with what there is of an answer that is being written, for when the page goes away. */
  save(): void {
    if (this.$running.get()) keep(this.$conversation.get(), this.$turns.get().map(keptOf))
  }

  #expect(exchange: Exchange, before: readonly Turn[], prompt: string): void {
    this.#exchange = exchange
    this.#before = before
    this.#prompt = prompt
    this.#kept = undefined
    this.$weather.set(undefined)
  }

  #show(): void {
    const { session, picture } = this.#exchange!
    const { answer, recording } = picture
    // Until what comes again is longer, what is kept stays.
    const kept = this.#kept && answer.text.length < this.#kept.text.length ? this.#kept : undefined
    const latest = { id: session.sessionId, prompt: this.#prompt, answer: { ...answer, ...kept } }
    const turns = [...this.#before, latest]
    this.$turns.set(turns)
    this.$recording.set(recording)
    const { phase } = answer
    if (!isRunning(phase) && phase !== 'stopping') keep(this.$conversation.get(), turns.map(keptOf))
  }
}

/** The model to ask, if the relay has the chosen one. */
function chosenModel(): { model?: string } {
  const model = $model.get()
  return $models.get().names.includes(model) ? { model } : {}
}

/** What the model is told of a turn. */
function said({ prompt, answer: { text } }: Turn): Said[] {
  const question: Said = { role: 'user', content: prompt }
  return text === '' ? [question] : [question, { role: 'assistant', content: text }]
}

function keptOf({ id, prompt, answer }: Turn): KeptTurn {
  const { text, tokens, model, problem, phase } = answer
  const ended = phase === 'done' || phase === 'failed' ? phase : 'stopped'
  return { id, prompt, text, tokens, model, problem, phase: ended }
}

function shown({ id, prompt, text, tokens = 0, phase, model, problem }: KeptTurn): Turn {
  const blocks = new GrowingMarkdown().render(text, true)
  const answer = { phase, text, blocks, tokens, resumed: 0, model, problem, report: undefined }
  return { id, prompt, answer }
}

/** This tab's user, who stays over a reload: the relay resumes an answer for its own user only. */
function userIdOf(): string {
  const key = 'sluicegate:user'
  const id = nanoid()
  try {
    const kept = sessionStorage.getItem(key)
    if (kept) return kept
    sessionStorage.setItem(key, id)
  } catch {
    // Without storage, each page is another user.
  }
  return id
}
