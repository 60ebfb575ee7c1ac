import { persistentAtom } from '@nanostores/persistent'
import type { Problem } from './exchange'

/** How many conversations are kept; past this the oldest is forgotten. */
const KEPT = 30

/** A question and what came of it. */
export interface KeptTurn {
  id: string
  prompt: string
  text: string
  tokens: number
  phase: 'stopped' | 'done' | 'failed'
  model?: string | undefined
  problem?: Problem | undefined
}

export interface Conversation {
  id: string
  turns: readonly KeptTurn[]
}

/** The conversations of this browser, the latest first. */
export const $conversations = persistentAtom<readonly Conversation[]>(
  'sluicegate:conversations',
  [],
  { encode: JSON.stringify, decode: decoded },
)

/** The turns of a conversation; none if it is unknown. */
export function turnsOf(id: string): readonly KeptTurn[] {
  return $conversations.get().find((conversation) => conversation.id === id)?.turns ?? []
}

/** Keeps these turns as that conversation, as the latest of all. */
export function keep(id: string, turns: readonly KeptTurn[]): void {
  const others = $conversations.get().filter((conversation) => conversation.id !== id)
  const all = [{ id, turns }, ...others]
  for (let count = KEPT; count > 0; count >>= 1) {
    try {
      return $conversations.set(all.slice(0, count))
    } catch {
      // The browser's storage is full, or shut: fewer may fit, and a page goes on without.
    }
  }
}

/** What an older version, or somebody else, wrote there is no reason to fail. */
function decoded(kept: string): Conversation[] {
  try {
    const conversations: unknown = JSON.parse(kept)
    return Array.isArray(conversations) ? conversations.filter(isConversation) : []
  } catch {
    return []
  }
}

function isConversation(value: unknown): value is Conversation {
  const { id, turns } = (value ?? {}) as Partial<Conversation>
  return typeof id === 'string' && Array.isArray(turns) && turns.length > 0 && turns.every(isTurn)
}

function isTurn(value: unknown): value is KeptTurn {
  const { id, prompt, text } = (value ?? {}) as Partial<KeptTurn>
  return [id, prompt, text].every((field) => typeof field === 'string')
}
