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
export const FLAG_MARKER = 256
export const FLAG_CANCEL = 512
export const FLAG_ON_ABORT = 1024
export const FLAG_ON_RETURN = 2048
export const FLAG_ON_PAGEHIDE = 4096
export const FLAG_ON_UNSENT = 8192
export const FLAG_PAUSES = 16384
export const FLAG_ASKS_RETRY = 32768
export const FLAG_ASKS_END = 65536

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
export const INPUT_TIMER = 9
export const INPUT_RETURNED = 10
export const INPUT_HIDDEN = 11
export const INPUT_SHOWN = 12
export const INPUT_PAGE_LEFT = 13
export const INPUT_PULL = 14
export const INPUT_CANCEL = 15
export const INPUT_CLOSE = 16
export const INPUT_LEAVE = 17
export const INPUT_ABORT = 18
export const INPUT_FAIL = 19
export const INPUT_DONE = 20

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

// The bits of a step.
export const STEP_NIBBLE = 15
export const STEP_CLOSE = 16
export const STEP_TIMED = 32
export const STEP_NOTIFY = 64
export const STEP_EXHAUSTED = 128
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

// What errors say.
export const TEXT_NO_RESPONSE = 0
export const TEXT_SILENCE = 1
export const TEXT_ENDED = 2
export const TEXT_TOO_LARGE = 3
export const TEXT_STATUS = 4
export const TEXT_WRONG_TYPE = 5
export const TEXT_UNREACHABLE = 6
export const TEXT_BROKE = 7
export const TEXT_GAVE_UP = 8
export const TEXT_NO_ANSWER = 9
export const TEXT_BODY_OF_GET = 10
export const TEXT_SECRETS = 11
export const TEXT_BAD_REQUEST = 12
export const TEXT_BAD_URL = 13
export const TEXT_BAD_URL_TYPE = 14
export const TEXT_BAD_HEADERS = 15
export const TEXT_BAD_BODY = 16
export const TEXT_NO_JSON = 17
export const TEXT_BAD_ID = 18
export const TEXT_NO_FETCH = 19

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
