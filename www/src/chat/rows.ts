/** The height of a row of the list of events, in CSS pixels. */
export const ROW_PX = 20

/** How many rows are made beyond the edges of what is seen, for what a scroll uncovers first. */
const MARGIN = 8

/**
 * The rows to make of so many: from `first` up to, not including, `end`. All are equally high, so nothing has to be
 * kept of the others. `atEnd`: the last rows are wanted, wherever `view` has scrolled to by now.
 */
export function rowsInView(
  { scrollTop, clientHeight }: Pick<HTMLElement, 'scrollTop' | 'clientHeight'>,
  count: number,
  atEnd: boolean,
): { first: number; end: number } {
  const seen = Math.ceil(clientHeight / ROW_PX) + MARGIN
  const top = atEnd ? count - seen : Math.floor(scrollTop / ROW_PX)
  const first = Math.max(0, Math.min(top, count - seen) - MARGIN)
  return { first, end: Math.min(count, first + seen + 2 * MARGIN) }
}

/** Whether the end of what scrolls in `view` is seen, so that it should stay in sight as more comes. */
export const isAtEnd = ({ scrollTop, scrollHeight, clientHeight }: HTMLElement): boolean =>
  scrollHeight - scrollTop - clientHeight < 2 * ROW_PX

/** An event's data on one line. */
export const onOneLine = (data: string): string => data.replaceAll('\n', '↵')
