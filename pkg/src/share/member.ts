import type { StreamError } from '../error.js'
import { invalid } from '../fetch/request.js'
import type { CancelResult, StreamOutcome } from '../outcome.js'
import type { EventStream } from '../stream/event-stream.js'
import { Reader } from '../stream/reader.js'
import { AHEAD, ANSWER_TIMEOUT, LARGEST, MOST } from './limits.js'
import { type Message, type Note, type Outcome, pack, unpack } from './message.js'
import { type ShareHooks, type ShareOptions, USAGE } from './options.js'
import type { Consumer, Item, Member } from './parts.js'
import { idIn, joined, lastOf, type Run, sizeOf, START } from './run.js'
import { ALONE, joinTabs, type Tabs } from './tabs.js'

/** Takes part in the stream of a name. */
export function joinStream(
  name: string,
  { open, noted }: ShareHooks,
  options: ShareOptions,
  consumer: Consumer,
): Member {
  const replay = new Reader(options).number('replay', 0) ?? 0
  let tabs: Tabs
  /**
   * The latest events, which are kept. They end at this tab's place in the stream. Unknown in a new
   * tab, which does not know where the others are.
   */
  let kept: Run | undefined
  /** Called when the place is known. */
  let placed: (() => void) | undefined
  /** Events are missing here, since this tab was slow or did not run. */
  let isBehind = false
  let latestNote: Note | undefined
  /** What came and is not handed out. */
  let queue: Item[] = []
  /** Characters of the events in the queue. */
  let size = 0
  let isPulled = false
  /** The connection, if this tab has one: for all, or for itself alone. */
  let stream: EventStream | undefined
  /** Characters received since a tab has consumed all. */
  let unfed = 0
  /** The owner wants to know when all is consumed. */
  let isAsked = false
  /** Ends the wait for a tab that has consumed all. */
  let feed: (() => void) | undefined
  /** There is no more to come, though the consumer may not have come to the end. */
  let isOver = false
  /** How it ended for the consumer. */
  let outcome: Outcome | undefined
  let dropped = 0
  /** A tab has cancelled. */
  let cancellation: { reason: unknown } | undefined
  let cancelling: Promise<CancelResult> | undefined
  let cancelled: ((result: CancelResult) => void) | undefined
  let close: (outcome: StreamOutcome) => void
  const closed = new Promise<StreamOutcome>((resolve) => (close = resolve))

  /** As the owner. */
  const tell = (message: Message) => tabs.isOwner() && tabs.post(message)

  // The consumer of this tab.

  /** Hands out what comes next, if somebody waits for it. */
  function serve(): void {
    while (isPulled) {
      const item = queue.shift()
      if (!item && !outcome) {
        if ((tabs === ALONE || isBehind) && !stream) void run()
        if (isAsked) tabs.post({ isFed: true })
        isAsked = false
        return fed()
      }
      const { events, note, ended } = item ?? {}
      if (note) noted?.(note)
      else if (ended) end(ended)
      else {
        isPulled = false
        size -= sizeOf(events)
        if (outcome?.error) consumer.failed(outcome.error)
        else consumer.received(events)
      }
    }
  }

  function push(item: Item): void {
    if (outcome) return
    size += sizeOf(item.events)
    queue.push(item)
    serve()
  }

  /** Takes the next events of this place. */
  function take(next: Run): void {
    kept = lastOf(joined(kept!, next), replay)
    if (next.events.length > 0) push({ events: next.events })
  }

  /** The consumer gets nothing after this. */
  function end(ended: Outcome): void {
    if (!outcome) {
      outcome = ended
      for (const { events } of queue) dropped += events?.length ?? 0
      queue = []
      size = 0
      consumer.drop()
      serve()
    }
    // What was cancelled is over when the backend knows.
    if (!isOver) return
    cancelled?.({ aborted: false, notified: false })
    close({ ...ended, type: outcome.type, dropped })
  }

  // Connections.

  function disconnect(): void {
    stream?.close()
    stream = undefined
    fed()
  }

  function fed(): void {
    unfed = 0
    feed?.()
  }

  /** Opens a connection and reads it: for all tabs, or for this one until it has caught up. */
  async function run(): Promise<void> {
    let own
    try {
      kept ??= START
      const opened = open({ lastEventId: idIn(kept) }, (item) => {
        tell({ note: pack(item) })
        push({ note: (latestNote = item) })
      })
      if (!opened?.batches) throw invalid(USAGE)
      own = stream = opened
      if (cancellation) {
        // The backend is told of a request that it knows.
        await own.opened.catch(() => undefined)
        return await cancelStream()
      }
      for await (const events of own.batches()) {
        if (own !== stream) return
        const length = sizeOf(events)
        const next = { end: kept.end + events.length, before: idIn(kept), events }
        unfed += length
        take(next)
        // Of what is too large, other tabs learn that it is missing.
        tell({ run: length > LARGEST ? lastOf(kept, 0) : next })
        if (size > 0 && unfed > AHEAD) {
          tell({ isAsking: true })
          await new Promise<void>((resolve) => (feed = resolve))
          feed = undefined
          // Other tabs are faster.
          if (size > MOST) tabs.abdicate?.()
        }
      }
    } catch (error) {
      if (!own) return over({ type: 'failed', error })
    }
    // It tells of a failure, too.
    const ended = await own.closed
    // What is cancelled, `cancelStream` tells.
    if (own === stream && !cancellation) over(ended)
  }

  /** Owns the connection from now on. */
  async function lead(isFirst: boolean): Promise<void> {
    disconnect()
    if (!kept && !isFirst) {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, ANSWER_TIMEOUT)
        placed = resolve
        tabs.post({ hello: 'all' })
      })
      if (!tabs.isOwner() || stream) return
    }
    isBehind = false
    if (!kept && cancellation) return cancelStream()
    void run()
    welcome()
  }

  /** Takes what is new of a run. */
  function accept(all: Run): void {
    const count = all.end - kept!.end
    if (count < 0) return
    const next = lastOf(all, count)
    const { before } = next
    // Without ids, what is missing is lost, as in every reconnect.
    const isMissing = before !== idIn(kept!) || (before !== '' && count > all.events.length)
    if (isMissing || size > MOST) {
      isBehind = idIn(all) !== ''
    } else {
      isBehind = false
      disconnect()
      take(next)
    }
  }

  // The other tabs.

  function welcome(): void {
    tabs.post({ run: kept!, isWelcome: true, note: pack(latestNote) })
  }

  function heard(message: Message): void {
    const { run: all, isWelcome, note: told, ended, hello, cancel: asked } = message
    const isNew = isWelcome && !kept
    if (hello && kept && (hello === 'all' || tabs.isOwner())) welcome()
    // A new tab has nothing to consume.
    if (hello || message.isFed) fed()
    if (asked) cancelAll(asked.reason)
    if (isNew) {
      const { end, before, events } = lastOf(all!, replay)
      kept = { end: end - events.length, before, events: [] }
    }
    // Also of an owner that was frozen and does not know that it has been replaced.
    else if (tabs.isOwner() || !(kept || cancelling)) return
    if (told && (isNew || !isWelcome)) push({ note: (latestNote = unpack(told)) })
    if (all && kept) accept(all)
    if (isNew) placed?.()
    isAsked ||= !!message.isAsking
    serve()
    if (!ended) return
    // What is missing here has to come first.
    if (isBehind && ended.type !== 'cancelled') separate()
    else over(unpack(ended), unpack(message.result))
  }

  /** Has nothing to do with the others any more. */
  function separate(): void {
    tabs.leave(false)
    tabs = ALONE
    serve()
  }

  function cancelAll(reason: unknown): void {
    cancellation ??= { reason }
    if (tabs === ALONE || (stream && tabs.isOwner())) void cancelStream()
  }

  /** Cancels the connection, if there is one. */
  async function cancelStream(): Promise<void> {
    const own = stream
    const result = await own?.cancel(cancellation!.reason)
    over((await own?.closed) ?? { type: 'cancelled' }, result ?? { aborted: true, notified: false })
  }

  function cancel(reason: unknown): Promise<CancelResult> {
    return (cancelling ??= new Promise((resolve) => {
      cancelled = resolve
      end({ type: 'cancelled' })
      if (isOver) return
      if (!tabs.isOwner()) {
        // One of this tab alone.
        disconnect()
        tabs.post({ cancel: { reason: reason && String(reason) } })
      }
      cancelAll(reason)
    }))
  }

  /**
   * There is no more to come: here, or in all tabs if this one owns the connection. `isNow`: the
   * consumer does not get what is in the queue.
   */
  function over(ended: Outcome, result?: CancelResult, isNow = ended.type === 'cancelled'): void {
    if (!isOver) {
      isOver = true
      const { type, error } = ended
      // Before the first attempt, something is wrong in this tab: its options, or its policy.
      const isStreams = error ? (error as StreamError).attempt > 0 : type !== 'closed'
      const isForAll = tabs.isOwner() && isStreams
      if (isForAll) tabs.post({ ended: pack(ended), result: pack(result) })
      tabs.leave(isForAll)
      disconnect()
      if (result) cancelled?.(result)
      if (!isNow && !outcome) return push({ ended })
    }
    if (isNow || outcome) end(ended)
  }

  tabs = joinTabs(name, { heard, owns: lead, disowned: disconnect, forbidden: separate })

  return {
    closed,
    state: () => (outcome ? 'closed' : stream ? stream.state : kept ? 'open' : 'connecting'),
    outcome: () => outcome,
    pull() {
      isPulled = true
      serve()
    },
    cancel,
    stop(ended) {
      if (!outcome) over(ended, undefined, true)
    },
  }
}
