import { en } from './words.en'
import { zh } from './words.zh'

export type Language = 'en' | 'zh'

/** Everything that the pages say; what depends on something is a function of it. */
export type Words = typeof en

export const WORDS: Record<Language, Words> = { en, zh }
