import { atom, computed } from 'nanostores'
import { $model, $relay } from '../site/settings'
import { keep, type KeptTurn, turnsOf } from './conversations'
import { type Answer, Exchange, isRunning, type Picture, type Said } from './exchange'
import { newId } from './id'
import { GrowingMarkdown } from './markdown'
import { $models } from './models'
import type { Recording } from './recorder'
import { Relay, type SessionName, type Weather } from './relay'

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
  readonly $conversation = atom(newId())
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
  #exchange: Exchange | undefined
  #session: SessionName | undefined

  /** Sends `prompt`, unless it is blank or an answer is still coming; tells whether it did. */
  ask(prompt: string): boolean {
    if (this.$running.get() || prompt.trim() === '') return false
    const turns = this.$turns.get()
    const session = { userId: this.#userId, sessionId: newId() }
    const question = {
      ...session,
      prompt,
      messages: turns.flatMap(said),
      ...chosenModel(),
    }
    this.#follow(turns, session, prompt, (show) => {
      return Exchange.ask(new Relay($relay.get()), question, show)
    })
    return true
  }

  /** Asks the latest question anew, in place of its answer. */
  retry(): void {
    const latest = this.$turns.get().at(-1)
    if (!latest || this.$running.get()) return
    this.$turns.set(this.$turns.get().slice(0, -1))
    this.ask(latest.prompt)
  }

  /** Stops the answer that is being written, here and on the server; resolves when both have. */
  async stop(): Promise<void> {
    await this.#exchange?.stop()
  }

  /** Makes the weather for the answer that is being written. */
  async makeWeather(weather: Weather): Promise<void> {
    const session = this.#session
    if (!session || !this.$running.get()) return
    const relay = new Relay($relay.get())
    const status = await relay.makeWeather(session, weather).catch(() => undefined)
    if (this.#session === session) this.$weather.set({ weather, status })
  }

  /**
   * Opens a kept conversation, or a new one if none has that id, and goes on with its answer if that
   * still runs. An answer that is being written is stopped.
   */
  open(id: string): void {
    if (id === this.$conversation.get()) return
    this.#leave()
    this.$conversation.set(id)
    const turns = turnsOf(id).map(shown)
    this.$turns.set(turns)
    this.$recording.set(undefined)
    this.$weather.set(undefined)
    const latest = turns.at(-1)
    if (!latest) return
    const session = { userId: this.#userId, sessionId: latest.id }
    const { text } = latest.answer
    const blocks = new GrowingMarkdown().render(text, false)
    this.#follow(turns.slice(0, -1), session, latest.prompt, (show) => {
      return Exchange.resume(new Relay($relay.get()), session, (picture) => {
        // It comes again from its start: until it is longer, what is kept stays.
        const isShorter = picture.answer.text.length < text.length
        show(isShorter ? { ...picture, answer: { ...picture.answer, text, blocks } } : picture)
      })
    })
  }

  /** Keeps the conversation with what there is of an answer that is being written, for when the page goes away. */
  save(): void {
    if (this.$running.get()) keep(this.$conversation.get(), this.$turns.get().map(kept))
  }

  /** Shows an answer as it is written, if there is one. */
  #follow(
    before: readonly Turn[],
    session: SessionName,
    prompt: string,
    begin: (show: (picture: Picture) => void) => Exchange | undefined,
  ): void {
    const turn = (answer: Answer): Turn => ({ id: session.sessionId, prompt, answer })
    const show = (picture: Picture) => {
      if (this.#exchange === exchange) this.#show(before, turn(picture.answer), picture.recording)
    }
    const exchange = begin(show)
    if (!exchange) return
    this.#exchange = exchange
    this.#session = session
    this.$weather.set(undefined)
    show(exchange.picture)
  }

  #leave(): void {
    this.save()
    const exchange = this.#exchange
    this.#exchange = undefined
    this.#session = undefined
    void exchange?.stop()
  }

  #show(before: readonly Turn[], latest: Turn, recording: Recording): void {
    const turns = [...before, latest]
    this.$turns.set(turns)
    this.$recording.set(recording)
    const { phase } = latest.answer
    if (!isRunning(phase) && phase !== 'stopping') keep(this.$conversation.get(), turns.map(kept))
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

function kept({ id, prompt, answer }: Turn): KeptTurn {
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
  const id = newId()
  try {
    const kept = sessionStorage.getItem(key)
    if (kept) return kept
    sessionStorage.setItem(key, id)
  } catch {
    // Without storage, each page is another user.
  }
  return id
}
