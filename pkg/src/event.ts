/** An event, under the names of the standard's `MessageEvent`. */
export interface ServerSentEvent {
  /** The `event` field, or `'message'`. */
  readonly type: string
  /** The `data` fields, joined with line feeds. */
  readonly data: string
  /** The stream's last event id after this event, `''` if there was none. */
  readonly lastEventId: string
}
