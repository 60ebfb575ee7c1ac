import { chartOf, HEIGHT } from '../chat/chart'
import { count, duration } from '../chat/figures'
import type { FlowPicture } from '../chat/flow'
import { $words } from '../site/settings'
import { useStore } from './useStore'

export function FlowFigure({ flow }: { flow: FlowPicture }) {
  const words = useStore($words)
  const { width, tokens, bytes, spanMs } = chartOf(flow)
  return (
    <figure className="flow-figure">
      <p>
        <span className="of-tokens">
          {count(tokens.top)} {words.tokensPerSecond}
        </span>{' '}
        <span className="of-bytes">
          {bytes.top} {words.bytesPerSecond}
        </span>
      </p>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words.chart(duration(spanMs))}
      >
        <path className="of-tokens" d={tokens.path} />
        <path className="of-bytes" d={bytes.path} />
      </svg>
      <p>
        <span>0</span> <span>{duration(spanMs)}</span>
      </p>
    </figure>
  )
}
