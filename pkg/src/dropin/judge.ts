import { Answer } from '../stream/machine.js'
import { isNdjson } from '../wasm.js'

/** The machine's answer, but NDJSON is refused: the drop-ins read event streams only. */
export function judge(answer: number, { headers }: Response): number {
  const isOther = answer === Answer.read && isNdjson(headers.get('content-type') ?? '')
  return isOther ? Answer.wrongType : answer
}
