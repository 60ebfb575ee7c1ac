import type { StreamControls, StreamSnapshot, UseEventStreamOptions } from 'sluicegate/vue'

/** A component that uses `useEventStream` and nothing else, on a page. */
export interface Mounted extends StreamControls {
  /** What it rendered last. */
  readonly now: StreamSnapshot
  /** What it rendered each time. */
  readonly renders: readonly StreamSnapshot[]
  /** Sets another URL, or other options. */
  update(url: string, options?: UseEventStreamOptions): Promise<void>
  unmount(): void
}

export type Mount = (url: string, options?: UseEventStreamOptions) => Promise<Mounted>
