import type { UIMessage } from 'ai'
import { redis } from './redis'

/** A chat, as an app's database would have it. */
export interface SavedChat {
  messages: UIMessage[]
  /** The answer under way. */
  answer?: string
}

export async function readChat(id: string): Promise<SavedChat> {
  const saved = await (await redis()).get(`chat:${id}`)
  return saved === null ? { messages: [] } : JSON.parse(saved)
}

export async function saveChat(id: string, chat: SavedChat): Promise<void> {
  await (await redis()).set(`chat:${id}`, JSON.stringify(chat))
}
