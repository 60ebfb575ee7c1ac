/** The height of a row of the list of events, in CSS pixels. */
export const ROW_PX = 20

/** Whether the end of what scrolls in `view` is seen, so that it should stay in sight as more comes. */
export const isAtEnd = ({ scrollTop, scrollHeight, clientHeight }: HTMLElement): boolean =>
  scrollHeight - scrollTop - clientHeight < 2 * ROW_PX

/** An event's data on one line. */
export const onOneLine = (data: string): string => data.replaceAll('\n', '↵')
