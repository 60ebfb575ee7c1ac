import { Answer, Flag } from '../stream/machine.js'
import { formatOf } from '../wasm.js'

/** The machine's answer, but NDJSON is refused: the drop-ins read event streams only. */
export function judge(answer: number, { headers }: Response): number {
  const isOther =
    answer === Answer.read && formatOf(headers.get('content-type') ?? '') === Flag.ndjson
  return isOther ? Answer.wrongType : answer
}
