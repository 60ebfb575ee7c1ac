import { redis } from './redis'

/** What the model has done for a chat. */
export interface Work {
  /** How many answers it has begun. */
  answers: number
  /** How many words it has written of the last one. */
  words: number
  /** How the last one ended; empty while it is being written. */
  end: '' | 'finished' | 'stopped'
}

export async function beginWork(chatId: string): Promise<void> {
  const client = await redis()
  await client.hIncrBy(`work:${chatId}`, 'answers', 1)
  await client.hSet(`work:${chatId}`, { words: 0, end: '' })
}

export async function saveWork(chatId: string, work: Partial<Work>): Promise<void> {
  await (await redis()).hSet(`work:${chatId}`, { ...work })
}

export async function readWork(chatId: string): Promise<Work> {
  const { answers, words, end } = await (await redis()).hGetAll(`work:${chatId}`)
  return {
    answers: Number(answers ?? 0),
    words: Number(words ?? 0),
    end: (end ?? '') as Work['end'],
  }
}
