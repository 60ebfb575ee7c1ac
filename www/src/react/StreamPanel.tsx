import { useState } from 'react'
import type { Chat } from '../chat/chat'
import type { Answer } from '../chat/exchange'
import { reportLine } from '../chat/figures'
import { figuresOf, rateOf } from '../chat/panel'
import { $words } from '../site/settings'
import { AttemptList } from './AttemptList'
import { FlowFigure } from './FlowFigure'
import { RawEvents } from './RawEvents'
import { useStore } from './useStore'
import { WeatherPanel } from './WeatherPanel'

export function StreamPanel({ chat, answer }: { chat: Chat; answer: Answer | undefined }) {
  const words = useStore($words)
  const recording = useStore(chat.$recording)
  /** Only a narrow page folds the panel away. */
  const [unfolded, setUnfolded] = useState(false)
  const rate = rateOf(recording)
  return (
    <aside className={unfolded ? 'panel unfolded' : 'panel'} aria-label={words.stream}>
      <button
        type="button"
        className="fold"
        aria-expanded={unfolded}
        aria-controls="panel-body"
        data-testid="unfold"
        onClick={() => setUnfolded(!unfolded)}
      >
        <span>
          {words.streamState}: {words.states[recording?.state ?? 'idle']}
        </span>
        <span>
          {rate} {words.tokensPerSecond}
        </span>
      </button>
      <div id="panel-body" className="fold-body">
        <WeatherPanel chat={chat} />
        <section className="stats" data-testid="stats" aria-label={words.liveFigures}>
          <p className="flow">
            <strong>{rate}</strong> {words.tokensPerSecond}{' '}
            {answer?.model && recording && <span>{words.from(answer.model)}</span>}
          </p>
          {recording && <FlowFigure flow={recording.flow} />}
          <dl className="figures">
            {figuresOf(recording).map(([name, value]) => (
              <div key={name}>
                <dt>{words.figures[name]}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {recording && <AttemptList attempts={recording.attempts} />}
          {recording && answer?.report && (
            <p className="report" data-testid="report">
              <code>await stream.cancel()</code> <code>{reportLine(answer.report)}</code>
            </p>
          )}
        </section>
        <RawEvents events={recording?.events ?? []} count={recording?.count ?? 0} />
      </div>
    </aside>
  )
}
