import { memo, useLayoutEffect, useRef, useState } from 'react'
import { count as counted } from '../chat/figures'
import type { RawEvent } from '../chat/recorder'
import { isAtEnd, onOneLine, ROW_PX, rowsInView } from '../chat/rows'
import { $words } from '../site/settings'
import { useStore } from './useStore'

interface Props {
  events: readonly RawEvent[]
  count: number
}

export function RawEvents({ events, count }: Props) {
  const words = useStore($words)
  const view = useRef<HTMLDivElement>(null)
  const [{ scrollTop, clientHeight, follows }, setSeen] = useState({
    scrollTop: 0,
    clientHeight: 0,
    follows: true,
  })
  const { first, end } = rowsInView({ scrollTop, clientHeight }, count, follows)
  useLayoutEffect(() => {
    if (follows) view.current?.scrollTo({ top: view.current.scrollHeight })
  }, [count, follows])
  return (
    <section className="raw">
      <h2 id="raw-heading">
        {words.rawEvents} <span>{counted(count)}</span>
      </h2>
      <div
        ref={view}
        className="raw-view"
        data-testid="raw-events"
        tabIndex={0}
        role="region"
        aria-labelledby="raw-heading"
        onScroll={({ currentTarget }) => {
          const { scrollTop, clientHeight } = currentTarget
          setSeen({ scrollTop, clientHeight, follows: isAtEnd(currentTarget) })
        }}
      >
        {count === 0 ? (
          <p className="hint">{words.noEvents}</p>
        ) : (
          <div role="table" aria-rowcount={count + 1} aria-labelledby="raw-heading">
            <div role="row" aria-rowindex={1} className="raw-head">
              {Object.entries(words.columns).map(([column, name]) => (
                <span key={column} role="columnheader">
                  {name}
                </span>
              ))}
            </div>
            <div role="rowgroup" className="raw-rows" style={{ blockSize: count * ROW_PX }}>
              {events.slice(first, end).map((event) => (
                <Row key={event.number} event={event} />
              ))}
            </div>
          </div>
        )}
      </div>
    </section>
  )
}

const Row = memo(({ event }: { event: RawEvent }) => (
  <div
    role="row"
    aria-rowindex={event.number + 1}
    data-type={event.type}
    style={{ transform: `translateY(${(event.number - 1) * ROW_PX}px)` }}
  >
    <span role="cell">{counted(event.atMs)}</span>
    <span role="cell">{event.type}</span>
    <span role="cell">{event.lastEventId}</span>
    <span role="cell">
      <span className="data">{onOneLine(event.data)}</span>
    </span>
  </div>
))
