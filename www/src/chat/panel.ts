import type { Words } from '../site/words'
import { byteSize, count, duration, rate } from './figures'
import type { Recording } from './recorder'

/** The speed of an answer in tokens a second; a dash while it is not known. */
export const rateOf = (recording: Recording | undefined): string =>
  said(recording?.tokensPerSecond, rate)

/** The figures of a stream, each with the name of its label. */
export function figuresOf(recording: Recording | undefined): [keyof Words['figures'], string][] {
  return [
    ['toHeaders', said(recording?.toHeadersMs, duration)],
    ['toFirstEvent', said(recording?.toFirstEventMs, duration)],
    ['events', said(recording?.count, count)],
    ['bytes', said(recording?.bytes, byteSize)],
    ['tokens', said(recording?.tokens, count)],
    ['attempts', said(recording?.requests, count)],
  ]
}

const said = (value: number | undefined, words: (value: number) => string): string =>
  value === undefined ? '–' : words(value)
