import { useVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef } from 'react'
import { count as counted } from '../chat/figures'
import type { RawEvent } from '../chat/recorder'
import { isAtEnd, onOneLine, ROW_PX } from '../chat/rows'
import { $words } from '../site/settings'
import { useStore } from './useStore'

interface Props {
  events: readonly RawEvent[]
  count: number
}

export function RawEvents({ events, count }: Props) {
  const words = useStore($words)
  const view = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  const rows = useVirtualizer({
    count,
    getScrollElement: () => view.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  })
  useLayoutEffect(() => {
    if (follows.current) view.current?.scrollTo({ top: view.current.scrollHeight })
  }, [count])
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
        onScroll={({ currentTarget }) => (follows.current = isAtEnd(currentTarget))}
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
            <div role="rowgroup" className="raw-rows" style={{ blockSize: rows.getTotalSize() }}>
              {rows.getVirtualItems().map(({ index, start }) => (
                <Row key={index} event={events[index]!} start={start} />
              ))}
            </div>
          </div>
        )}
      </div>
    </section>
  )
}

function Row({ event, start }: { event: RawEvent; start: number }) {
  return (
    <div
      role="row"
      aria-rowindex={event.number + 1}
      data-type={event.type}
      style={{ transform: `translateY(${start}px)` }}
    >
      <span role="cell">{counted(event.atMs)}</span>
      <span role="cell">{event.type}</span>
      <span role="cell">{event.lastEventId}</span>
      <span role="cell">
        <span className="data">{onOneLine(event.data)}</span>
      </span>
    </div>
  )
}
