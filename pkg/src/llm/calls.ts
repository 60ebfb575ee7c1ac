import type { Delta, ToolCall, ToolCallPart } from './answer.js'
import { jsonObject } from './json.js'
import { joiner } from './pieces.js'

/** A call on its way. */
interface Call {
  key: unknown
  id: string
  name: string
  arguments: string
  initial: string
  /** The part of the arguments that is not in a delta yet, since there was no name. */
  untold: string
  readonly join: (piece?: string) => string
}

/** Tool calls that are put together. */
export interface Calls {
  /** The calls so far, but for those without a name: they can't be answered. */
  list(): ToolCall[]
  /** Adds a part of a call. */
  add(part: ToolCallPart, deltas: Delta[]): void
  /** What the calls had at their start holds if nothing more came. At the end halves of characters come out. */
  settle(deltas: Delta[], isEnd: boolean): void
}

/**
 * Puts tool calls together. Gateways number each call 0, or none; they repeat id and name in each
 * fragment, or send them late; they repeat the arguments at the end.
 */
export function assembleCalls(): Calls {
  const all: Call[] = []
  const named: Call[] = []

  function tell(call: Call, piece: string, deltas: Delta[], isNew = false): void {
    call.arguments += piece
    call.untold += piece
    const { id, name, arguments: text, untold: fragment } = call
    if (!name) return
    let index = named.indexOf(call)
    if (index < 0) index = named.push(call) - 1
    else if (!fragment && !isNew) return
    call.untold = ''
    deltas.push({ type: 'tool-call', index, fragment, call: { id, name, arguments: text } })
  }

  return {
    list: () =>
      named.map(({ id, name, arguments: text, initial }) => ({
        id,
        name,
        arguments: text || initial || '{}',
      })),

    add(part, deltas) {
      const { key, id = '', name = '', initial = '', whole } = part
      const isSame = (call: Call) =>
        (key == null || call.key == null || call.key === key) && (!id || !call.id || call.id === id)
      let call = all.filter(isSame).at(-1)
      if (!call || isAnother(call, part)) {
        call = { key, id, name, arguments: '', initial: '', untold: '', join: joiner() }
        all.push(call)
      }
      const isNew = call.id !== (call.id ||= id)
      call.key ??= key
      call.name ||= name
      call.initial ||= initial
      const before = call.arguments
      let fragment = part.arguments ?? ''
      if (whole?.startsWith(before)) fragment = whole.slice(before.length)
      // An empty object stands for what is still to come; what is whole may be sent again.
      if (before ? fragment === before && jsonObject(before) : fragment === '{}') fragment = ''
      // What comes as a fragment holds, not what was there at the start.
      if (part.arguments) call.initial = ''
      tell(call, call.join(fragment), deltas, isNew)
    },

    settle(deltas, isEnd) {
      for (const call of all) {
        const rest = call.join(call.arguments ? '' : call.initial)
        tell(call, isEnd ? rest + call.join() : rest, deltas)
      }
    },
  }
}

/** Whether a part that seems to be a call's is the start of another one. */
function isAnother(call: Call, { key, id, name, arguments: fragment }: ToolCallPart): boolean {
  if (!name || !call.name || (id && id === call.id)) return false
  const isOther = name !== call.name
  return (
    (isOther && !id && key == null) ||
    ((isOther || (!!fragment && fragment !== call.arguments)) && !!jsonObject(call.arguments))
  )
}
