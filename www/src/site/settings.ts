import { persistentAtom } from '@nanostores/persistent'
import { computed } from 'nanostores'
import { WORDS, type Language } from './words'

/** What a page looks like: as the system does, or always one of the two. */
export type Theme = 'system' | 'light' | 'dark'

const THEMES: readonly string[] = ['system', 'light', 'dark'] satisfies Theme[]

/** The visitor's choices, kept in `localStorage` and shared by all pages. */
export const $language = persistentAtom<Language>('sluicegate:language', preferredLanguage(), {
  encode: String,
  decode: (kept: string) => (kept === 'zh' || kept === 'en' ? kept : preferredLanguage()),
})
export const $theme = persistentAtom<Theme>('sluicegate:theme', 'system', {
  encode: String,
  decode: (kept: string) => (THEMES.includes(kept) ? (kept as Theme) : 'system'),
})
/** The relay's address; empty for the one that serves this page. */
export const $relay = persistentAtom<string>('sluicegate:relay', '', {
  encode: String,
  decode: (kept: string) => (URL.canParse(kept) ? kept : ''),
})
/** The model to ask; empty for the relay's own choice. */
export const $model = persistentAtom<string>('sluicegate:model', '')

/** Everything that the pages say, in the visitor's language. */
export const $words = computed($language, (language) => WORDS[language])

/** Applies language and theme to the page, now and whenever they change. To be called once per page. */
export function applySettings(): void {
  const root = document.documentElement
  $language.subscribe((language) => (root.lang = language === 'zh' ? 'zh-Hans' : 'en'))
  $theme.subscribe((theme) => {
    if (theme === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = theme
  })
}

function preferredLanguage(): Language {
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}
