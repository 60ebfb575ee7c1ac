/** One connection for all tabs of an origin: one tab opens the stream, and all receive its events. */

import { invalid } from './fetch/request.js'
import { type SharedSource, type ShareOptions, USAGE } from './share/options.js'
import { SharedStream } from './share/shared-stream.js'

export type { ShareContext, SharedSource, ShareOptions } from './share/options.js'
export type { SharedStream }

/**
 * Opens a stream once for all tabs of the origin that use the same name. Each tab receives all events
 * since it joined, as a sequence of its own. When the tab with the connection is closed, crashes or is
 * frozen, another tab calls its `open` to resume the stream.
 *
 * Without Web Locks or `BroadcastChannel`, each tab connects by itself.
 *
 * Throws a `StreamError` `'invalid-options'` for invalid arguments.
 *
 * @param name the name of the stream. Include everything that decides what the stream contains, such as
 *   the URL and the user: all tabs with the same name receive the same stream
 * @param open opens the stream, such as `({ lastEventId }) => openStream(url, { lastEventId })`
 */
export function shareStream(
  name: string,
  open: SharedSource,
  options: ShareOptions = {},
): SharedStream {
  if (typeof name !== 'string' || typeof open !== 'function') throw invalid(USAGE)
  return new SharedStream(name, { open }, options)
}
