/** Characters that the owner reads ahead of the tab that is the fastest. */
export const AHEAD = 1 << 16

/** Characters that wait for a tab's consumer. A tab that is slower falls behind. */
export const MOST = 1 << 22

/** The most characters that are sent to other tabs at once. */
export const LARGEST = 1 << 24

/** Milliseconds that a new owner waits for tabs that know where the stream is. */
export const ANSWER_TIMEOUT = 200

/** Milliseconds. An owner is asked for a sign of life, and replaced if there is none for so long. */
export const PATIENCE = 10_000

/** Milliseconds that an ended stream stays owned: by then the other tabs know, and don't reopen it. */
export const LINGER = 300
