/** An event, with the members of the standard's `MessageEvent` (WHATWG HTML, 9.2.6). */
export interface ServerSentEvent {
  /** The value of the `event` field, or `'message'`. */
  readonly type: string
  /** The values of the `data` fields, joined with line feeds. */
  readonly data: string
  /** The stream's last event id after this event, or `''`. */
  readonly lastEventId: string
}

/**
 * Events that are nothing but the text of an answer, joined. Only sequences that got a
 * `TextTemplate` have them.
 *
 * @internal
 */
export interface TextEvents extends ServerSentEvent {
  readonly type: ''
  /** Their texts. */
  readonly data: string
  /** Where each of them ends in the text. */
  readonly ends: readonly number[]
  /** The newest figures that they came with, as JSON. */
  figures?: string | undefined
}

/**
 * What such events look like, as src/json/template.rs reads it, and whether it replaces those before.
 *
 * @internal
 */
export type TextTemplate = [template: string, isAlone: boolean]

/**
 * Returns what the next events look like if they are only text as one of these is, from an index on.
 * Whatever comes next and fits is a `TextEvents`.
 *
 * @internal
 */
export type FindTemplate = (
  events: readonly ServerSentEvent[],
  from: number,
) => TextTemplate | undefined

/**
 * Who knows which events are text, once somebody reads their text.
 *
 * @internal
 */
export interface TextFinder {
  readonly findTemplate: FindTemplate | undefined
}

/** Whether this is text of events that are nothing else. @internal */
export function isText(event: ServerSentEvent): event is TextEvents {
  // An event's type is never empty.
  return event.type === ''
}

/** The events that are joined, from one of them on. @internal */
export function textsFrom(all: TextEvents, first: number): TextEvents[] {
  return all.ends.slice(first).map((_, index) => textAt(all, first + index))
}

/** One of the events that are joined. @internal */
export function textAt({ data, lastEventId, ends, figures }: TextEvents, at: number): TextEvents {
  const text = data.substring(ends[at - 1] ?? 0, ends[at])
  return {
    type: '',
    data: text,
    lastEventId,
    ends: [text.length],
    figures: at ? undefined : figures,
  }
}

/** How many events there are. @internal */
export function countOf(events: readonly ServerSentEvent[]): number {
  let count = events.length
  for (const event of events) if (isText(event)) count += event.ends.length - 1
  return count
}
