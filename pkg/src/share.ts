/** One connection for all tabs of an origin: one tab opens the stream, and all get its events. */

import { invalid } from './fetch/request.js'
import { type SharedSource, type ShareOptions, USAGE } from './share/options.js'
import { SharedStream } from './share/shared-stream.js'

export type { ShareContext, SharedSource, ShareOptions } from './share/options.js'
export type { SharedStream }

/**
 * Opens a stream once for all tabs of the origin that use the same name. Each tab gets its own
 * sequence of all events from its joining on. When the tab that has the connection is closed, crashes
 * or is frozen, another one calls its `open`, which resumes.
 *
 * Where there are no Web Locks or no `BroadcastChannel`, each tab connects by itself.
 *
 * Throws a `StreamError` `'invalid-options'`.
 *
 * @param name who uses the same name gets the same stream, whatever they would request: it has to
 *   name the URL, the user, and whatever else decides what is in the stream
 * @param open such as `({ lastEventId }) => openStream(url, { lastEventId })`
 */
export function shareStream(
  name: string,
  open: SharedSource,
  options: ShareOptions = {},
): SharedStream {
  if (typeof name !== 'string' || typeof open !== 'function') throw invalid(USAGE)
  return new SharedStream(name, { open }, options)
}
