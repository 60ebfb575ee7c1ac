import { HOME, PAGES, type Page } from '../site/pages'
import { $language, $theme, $words, type Theme } from '../site/settings'
import type { Language } from '../site/words'
import { useStore } from './useStore'

export function SiteHeader({ page }: { page: Page }) {
  const words = useStore($words)
  const { root } = PAGES[page]
  const themes = Object.keys(words.themes) as Theme[]
  return (
    <header className="masthead">
      <p className="wordmark">
        <a href={root + HOME}>Sluicegate</a>
      </p>
      <p className="tagline">{words.tagline}</p>
      <nav className="pages" aria-label={words.pages}>
        {Object.entries(PAGES).map(([key, { path, name }]) => (
          <a key={key} href={root + path} aria-current={key === page ? 'page' : undefined}>
            {words[name]}
          </a>
        ))}
      </nav>
      <div className="choices">
        <label>
          <span className="unseen">{words.language}</span>
          <select
            data-testid="language"
            value={useStore($language)}
            onChange={({ target }) => $language.set(target.value as Language)}
          >
            <option value="en" lang="en">
              English
            </option>
            <option value="zh" lang="zh-Hans">
              中文
            </option>
          </select>
        </label>
        <label>
          <span className="unseen">{words.theme}</span>
          <select
            data-testid="theme"
            value={useStore($theme)}
            onChange={({ target }) => $theme.set(target.value as Theme)}
          >
            {themes.map((name) => (
              <option key={name} value={name}>
                {words.themes[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </header>
  )
}
