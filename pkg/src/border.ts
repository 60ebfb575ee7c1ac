// Written by `cargo test --package sluicegate border`: the numbers that Rust and JavaScript share.

// The options of a stream.
export const FLAG_SSE = 1
export const FLAG_NDJSON = 2
export const FLAG_COMMENTS = 4
export const FLAG_SAFE = 8
export const FLAG_REPEATABLE = 16
export const FLAG_NEVER = 32
export const FLAG_ALWAYS = 64
export const FLAG_DONE = 128
export const FLAG_CANCEL = 256
export const FLAG_ON_ABORT = 512
export const FLAG_ON_RETURN = 1024
export const FLAG_ON_PAGEHIDE = 2048
export const FLAG_ON_UNSENT = 4096
export const FLAG_PAUSES = 8192
export const FLAG_ASKS_RETRY = 16384
export const FLAG_ASKS_END = 32768
export const FLAG_RESUMES = 65536
export const FLAG_REPLAYS = 131072
export const FLAG_RESUMES_FIRST = 262144
export const FLAG_FINDS_JOB = 524288
export const FLAG_CANCEL_NEEDS_JOB = 1048576
export const FLAG_HANDS_ON_BYTES = 2097152

// What happens to a stream.
export const INPUT_OPEN = 0
export const INPUT_PREPARED = 1
export const INPUT_ANSWERED = 2
export const INPUT_ACCEPTED = 3
export const INPUT_BODY_ENDED = 4
export const INPUT_FOUND_DONE = 5
export const INPUT_THREW = 6
export const INPUT_DECIDED = 7
export const INPUT_END_ACCEPTED = 8
export const INPUT_JOB_FOUND = 9
export const INPUT_TIMER = 10
export const INPUT_RETURNED = 11
export const INPUT_HIDDEN = 12
export const INPUT_SHOWN = 13
export const INPUT_PAGE_LEFT = 14
export const INPUT_PULL = 15
export const INPUT_CANCEL = 16
export const INPUT_CLOSE = 17
export const INPUT_LEAVE = 18
export const INPUT_ABORT = 19
export const INPUT_FAIL = 20
export const INPUT_DONE = 21

// What a driver does.
export const ACTION_WAIT = 0
export const ACTION_PREPARE = 1
export const ACTION_SEND = 2
export const ACTION_ACCEPT = 3
export const ACTION_INSPECT = 4
export const ACTION_REFUSE = 5
export const ACTION_READ = 6
export const ACTION_DELIVER = 7
export const ACTION_ASK_RETRY = 8
export const ACTION_ASK_END = 9
export const ACTION_SLEEP = 10
export const ACTION_END = 11
export const ACTION_NOTIFY = 12

// The bits of a step.
export const STEP_NIBBLE = 15
export const STEP_CLOSE = 16
export const STEP_TIMED = 32
export const STEP_NOTIFY = 64
export const STEP_EXHAUSTED = 128
export const STEP_RESUMES = 1048576
export const STEP_LINGERS = 2097152
export const STEP_DRAINS = 4194304
export const STEP_FIRST_OPENED = 1
export const STEP_FIRST_PREPARED = 34
export const STEP_STATE_SHIFT = 8
export const STEP_TYPE_SHIFT = 12
export const STEP_FAILURE_SHIFT = 16
export const ENCODING_SHIFT = 24

// What a response is.
export const VERDICT_READ = 0
export const VERDICT_NO_CONTENT = 1
export const VERDICT_REFUSAL = 2
export const VERDICT_WRONG_TYPE = 3

// Why an attempt failed.
export const FAILURE_NETWORK = 0
export const FAILURE_HTTP = 1
export const FAILURE_CONTENT_TYPE = 2
export const FAILURE_CONNECT_TIMEOUT = 3
export const FAILURE_IDLE_TIMEOUT = 4
export const FAILURE_ENDED = 5
export const FAILURE_EVENT_TOO_LARGE = 6
export const FAILURE_REFUSED = 7

// What errors say. Details stand between the parts.
export const TEXT_NO_RESPONSE = ["", " sent no response within ", " ms: raise `connectTimeout` if it may take longer"]
export const TEXT_SILENCE = ["", " sent nothing for ", " ms: raise `idleTimeout`, or let the server send comments as heartbeats"]
export const TEXT_ENDED = ["", " ended the stream"]
export const TEXT_TOO_LARGE = ["an event is larger than ", " bytes: raise `maxEventSize` if such events are expected"]
export const TEXT_STATUS = ["", " answered ", ""]
export const TEXT_WRONG_TYPE = ["", " answered with ", ", not text/event-stream: check the URL and the server"]
export const TEXT_UNREACHABLE = ["", " ", " failed: the server can't be reached, the connection broke, or CORS forbids it (the server has to allow this origin and the request's headers, Last-Event-ID on reconnects included)"]
export const TEXT_BROKE = ["the connection to ", " broke after ", ""]
export const TEXT_GAVE_UP = ["gave up after ", " attempts: ", ""]
export const TEXT_NO_ANSWER = ["", " did not answer within ", " ms: raise its `timeout`"]
export const TEXT_BODY_OF_GET = ["a ", " request has no body: set `method: 'POST'`"]
export const TEXT_SECRETS = ["fetch refuses URLs with a user name or a password: send them in a header"]
export const TEXT_BAD_REQUEST = ["fetch refuses these options: ", ""]
export const TEXT_BAD_URL = ["the URL does not parse: pass an absolute URL, https:// included, or one relative to the page"]
export const TEXT_BAD_URL_TYPE = ["the URL must be a string, a URL or a Request"]
export const TEXT_BAD_HEADERS = ["`headers` must be what the Headers constructor accepts"]
export const TEXT_BAD_BODY = ["`body` must be an object, an array, or what fetch accepts as a body, not ", ""]
export const TEXT_NO_JSON = ["`body` can't be turned into JSON"]
export const TEXT_BAD_ID = ["an event id with control characters can't be sent"]
export const TEXT_NO_FETCH = ["this runtime has no fetch: pass one as the option `fetch`"]
export const TEXT_NO_JOB = ["the backend was not told to stop: no event has named the job yet"]
export const TEXT_SET_FORMAT = [", or set `format` if the body is a stream nevertheless"]

// The rows of a batch.
export const ROW_WORDS = 3
export const ROW_KIND = 7
export const ROW_EVENT = 0
export const ROW_ID = 1
export const ROW_RETRY = 4
export const ROW_TEXT = 5
export const ROW_FIGURES = 6
export const ROW_HAS_ID = 8
export const ROW_HAS_TYPE = 16
export const ROW_OWN_ID = 32
export const ROW_TYPE_SHIFT = 6

/** By their numbers. */
export const STATES = ['connecting', 'open', 'waiting', 'closed'] as const

/** By their numbers. */
export const OUTCOME_TYPES = ['done', 'ended', 'truncated', 'no-content', 'cancelled', 'closed', 'aborted', 'failed'] as const

/** The codes of failures. */
export const CODES = ['network', 'http', 'content-type', 'connect-timeout', 'idle-timeout', 'network', 'event-too-large', 'refused'] as const
