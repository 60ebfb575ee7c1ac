import type { HttpChatTransportInitOptions, UIMessage } from 'ai'
import type { CancelOptions, ResumeOptions, RetryOptions } from '../options.js'

/** The options of the AI SDK's `DefaultChatTransport`, and ours. */
export type SluicegateChatTransportOptions<UI_MESSAGE extends UIMessage> =
  HttpChatTransportInitOptions<UI_MESSAGE> & {
    /** Whether the reconnect request answers with the whole answer from its start. Default: `true`. */
    resumeStreamIsReplay?: boolean
    /** When a broken answer is resumed. Default: `{ maxAttempts: 5 }`. `false` never resumes. */
    retry?: false | RetryOptions
    /**
     * The request that goes on with a broken answer. Default: the chat's reconnect request,
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
    /** As in `openStream`. Default: no limit. */
    idleTimeout?: number
  }
