import { DecoderHandle } from './decoder-handle.js'
import { exports, readText, writeText } from './wasm.js'

/** The numbers of a retry policy, as `set_policy` takes them. @internal */
export type Policy = [number, number, number, number, number, number]

/** A stream's machine. @internal */
export class StreamHandle extends DecoderHandle {
  /** `NaN` is the default. */
  set policy(policy: Policy) {
    exports.set_policy(this.address, ...policy)
  }

  get lastEventId(): string {
    return readText(exports.last_event_id(this.address))
  }

  set lastEventId(id: string) {
    writeText(id)
    exports.set_last_event_id(this.address)
  }

  /** Ends the stream at the event with this data. */
  set marker(data: string) {
    writeText(data)
    exports.set_marker(this.address)
  }

  /** The bytes of whole blocks that were handed over; 0 without a resuming request. */
  get bytes(): number {
    return exports.whole_bytes(this.address)
  }

  /** The bytes of this response's whole blocks, and how many of them, the first ones, are dropped. */
  get responseBytes(): [whole: number, dropped: number] {
    const { response_bytes } = exports
    return [response_bytes(this.address, 0), response_bytes(this.address, 1)]
  }

  /** Returns one of the border's `VERDICT_…`. */
  judge(status: number, contentType: string): number {
    writeText(contentType)
    return exports.judge(this.address, status)
  }

  /** Takes one of the border's `INPUT_…`. Returns a step. */
  handle(input: number, number: number): number {
    return exports.handle(this.address, input, number)
  }

  /** Takes one of the border's `FAILURE_…` and the header `Retry-After`. Returns a step. */
  failed(failure: number, status: number, retryAfter: string): number {
    writeText(retryAfter)
    const until = Date.parse(retryAfter) - Date.now()
    return exports.failed(this.address, failure, status, until)
  }

  /** The milliseconds of the last step that was timed. */
  get timer(): number {
    return exports.timer(this.address)
  }
}
