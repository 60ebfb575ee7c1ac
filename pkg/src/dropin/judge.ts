import { FLAG_NDJSON, VERDICT_READ, VERDICT_WRONG_TYPE } from '../border.js'
import { formatOf } from '../wasm.js'

/** The machine's verdict, but NDJSON is refused: the drop-ins read event streams only. */
export function judge(verdict: number, { headers }: Response): number {
  const isNdjson =
    verdict === VERDICT_READ && formatOf(headers.get('content-type') ?? '') === FLAG_NDJSON
  return isNdjson ? VERDICT_WRONG_TYPE : verdict
}
