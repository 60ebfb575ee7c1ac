import { languageOf } from '../chat/figures'
import { $words } from '../site/settings'
import { useStore } from './useStore'

export function WelcomeNote({ onPick }: { onPick: (prompt: string) => void }) {
  const words = useStore($words)
  return (
    <section className="welcome">
      <h2>{words.welcome}</h2>
      <p>{words.welcomeText}</p>
      <ul>
        {words.prompts.map((prompt) => (
          <li key={prompt}>
            <button type="button" lang={languageOf(prompt)} onClick={() => onPick(prompt)}>
              {prompt}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
