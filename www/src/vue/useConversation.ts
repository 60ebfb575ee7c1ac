import { computed, shallowRef, triggerRef } from 'vue'
import type { ShallowRef } from 'vue'
import { Exchange, isRunning } from '../chat/exchange'
import type { Answer } from '../chat/exchange'
import { newId } from '../chat/id'

/** A question and its answer so far; asking again makes a new turn. */
export interface Turn {
  key: string
  prompt: string
  exchange: Exchange
  answer: ShallowRef<Answer>
}

/** The conversation of this page: one question at a time, each a session of its own on the relay. */
export function useConversation() {
  const userId = newId()
  const turns = shallowRef<Turn[]>([])
  const latest = computed(() => turns.value.at(-1))
  const running = computed(
    () => latest.value !== undefined && isRunning(latest.value.answer.value.phase),
  )

  /** Sends `prompt`, unless it is blank or an answer is still coming; tells whether it did. */
  function ask(prompt: string): boolean {
    if (running.value || prompt.trim() === '') return false
    const sessionId = newId()
    const exchange = new Exchange(
      { prompt, userId, sessionId },
      (answer) => (turn.answer.value = answer),
    )
    const turn: Turn = { key: sessionId, prompt, exchange, answer: shallowRef(exchange.answer) }
    turns.value.push(turn)
    triggerRef(turns)
    return true
  }

  /** Asks a failed turn's question anew, in place of that turn. */
  function retry(turn: Turn): void {
    turns.value = turns.value.filter((other) => other !== turn)
    ask(turn.prompt)
  }

  function stop(): void {
    if (running.value) void latest.value?.exchange.stop()
  }

  return { turns, latest, running, ask, retry, stop }
}
