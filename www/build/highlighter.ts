import {
  type BundledLanguage,
  bundledLanguages,
  createCssVariablesTheme,
  createHighlighter,
} from 'shiki'

/** Languages by the ends of files' names and by their short names in Markdown, where they differ from shiki's. */
const LANGUAGES: Record<string, string> = {
  rs: 'rust',
  py: 'python',
  js: 'javascript',
  ts: 'typescript',
  txt: 'text',
}

/** Turns source code into HTML whose syntax is highlighted by classes `code-…`. */
export class Highlighter {
  readonly #shiki = createHighlighter({
    themes: [createCssVariablesTheme({ variablePrefix: '--code-' })],
    langs: [],
  })

  /** Throws for a language that shiki does not know. */
  async html(source: string, language: string): Promise<string> {
    const shiki = await this.#shiki
    const lang = LANGUAGES[language] ?? language
    if (lang in bundledLanguages) await shiki.loadLanguage(lang as BundledLanguage)
    return shiki.codeToHtml(source, {
      lang,
      theme: 'css-variables',
      // What scrolls is around it.
      tabindex: false,
      transformers: [{ pre: withoutStyle, span: withoutStyle }],
    })
  }

  async dispose(): Promise<void> {
    ;(await this.#shiki).dispose()
  }
}

/** Turns `style="color:var(--code-…)"` into `class="code-…"`: the site's policy allows no style in an attribute. */
function withoutStyle({ properties }: { properties: Record<string, unknown> }): void {
  const name = /^color:var\(--(code-[\w-]+)\)$/.exec(String(properties['style']))?.[1]
  if (name !== undefined) properties['class'] = name
  delete properties['style']
}
