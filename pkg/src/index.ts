/** Server-Sent Events over `fetch`, with a `cancel()` that also stops the backend. */

export type { EventSequence } from './sequence.js'
export { type Bytes, decode, type DecodedEvents, type DecodeSource } from './decode.js'
export { createDecoder, type Decoder, type DecoderOptions } from './decoder.js'
export { EventStreamDecoderStream } from './decoder-stream.js'
export {
  isStreamError,
  StreamError,
  type StreamErrorCode,
  type StreamErrorDetails,
} from './error.js'
export type { ServerSentEvent } from './event.js'
export type { EventStream } from './stream/event-stream.js'
export { openStream } from './open-stream.js'
export { load as preload } from './wasm.js'
export { resumeStream, type ResumeStreamOptions } from './resume-stream.js'
export type {
  AckContext,
  AckOptions,
  AttemptContext,
  Body,
  CancelContext,
  CancelOptions,
  FetchFunction,
  OpenOptions,
  ResumeOptions,
  RetryInfo,
  RetryOptions,
  Source,
} from './options.js'
export type {
  CancelResult,
  StreamOutcomeType,
  StreamOutcome,
  StreamState,
  StreamStats,
} from './outcome.js'
