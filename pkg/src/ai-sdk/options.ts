import type { HttpChatTransportInitOptions, UIMessage } from 'ai'
import type { CancelOptions, ResumeOptions, RetryOptions } from '../options.js'

/** The options of the AI SDK's `DefaultChatTransport`, and ours. */
export type SluicegateChatTransportOptions<UI_MESSAGE extends UIMessage> =
  HttpChatTransportInitOptions<UI_MESSAGE> & {
    /** Whether the reconnect request returns the answer from its start. Default: `true`. */
    resumeStreamIsReplay?: boolean
    /** How a broken answer is resumed; `false` never. Default: `{ maxAttempts: 5 }`. */
    retry?: false | RetryOptions
    /**
     * The request that continues a broken answer. Default: the chat's reconnect request,
     * `GET {api}/{chatId}/stream`. `job` is the chat's id.
     */
    resume?: ResumeOptions
    /**
     * The request of `transport.cancel()`. Default: `POST {api}/{chatId}/stop` with `extra` as its JSON
     * body. If `prepareReconnectToStreamRequest` returns an `api` that ends in `/stream`, the stop is
     * beside it, at `/stop`. Headers and credentials are those that it returns, or else those of the
     * request that began the answer. `job` is the chat's id, `reason` is `extra`.
     */
    cancel?: CancelOptions
    /** How long a request may take until its response begins, in milliseconds. Default: no limit. */
    connectTimeout?: number
    /** The longest pause between bytes, in milliseconds. Default: no limit. */
    idleTimeout?: number
  }
