import { duration } from '../chat/figures'
import type { Attempt } from '../chat/recorder'
import { $words } from '../site/settings'
import { useStore } from './useStore'

export function AttemptList({ attempts }: { attempts: readonly Attempt[] }) {
  const words = useStore($words)
  if (attempts.length === 0) return null
  return (
    <section className="attempts">
      <h3>{words.attempts}</h3>
      <ol data-testid="attempts">
        {attempts.map(({ brokeAtMs, code, delayMs, lastEventId }) => (
          <li key={brokeAtMs}>
            {words.attemptBroke(duration(brokeAtMs), code, duration(delayMs), lastEventId)}
          </li>
        ))}
      </ol>
    </section>
  )
}
