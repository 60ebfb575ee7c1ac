import { exports, writeText } from './wasm.js'

/** Frees the machines of streams and decoders that were collected, where the runtime reports them. */
const abandoned =
  globalThis.FinalizationRegistry &&
  new FinalizationRegistry((address: number) => exports.free_stream(address))

/** A machine in the module's memory, as far as it decodes: src/npm/stream.rs. @internal */
export class DecoderHandle {
  /** 0 once it is freed: the module refuses that. */
  address: number

  /** `flags` are the border's `FLAG_…`, the time-outs are in milliseconds. */
  constructor(flags: number, maxEventSize: number, connectTimeout: number, idleTimeout: number) {
    const seed = Math.random() * 2 ** 32
    this.address = exports.open_stream(flags, maxEventSize, seed, connectTimeout, idleTimeout)
    abandoned?.register(this, this.address, this)
  }

  free(): void {
    abandoned?.unregister(this)
    exports.free_stream(this.address)
    this.address = 0
  }

  /** From now on, events that fit into the template are replaced by their text. */
  addTemplate(template: string, isAlone: boolean): void {
    writeText(template)
    exports.add_template(this.address, +isAlone)
  }

  /** Decodes the bytes that `writeChunk` wrote. Returns the address of the batch. */
  push(length: number, isLast: boolean): number {
    return exports.push(this.address, length, +isLast)
  }

  /**
   * Decodes what the end of the bytes completes. With `completes`, the last event of an event stream may
   * lack its blank line. Returns the address of the batch.
   */
  finish(completes = false): number {
    return exports.finish(this.address, +completes)
  }
}
