import type { Delta, ToolCall, ToolCallPart } from './answer.js'
import { jsonObject } from './json.js'
import { Pieces } from './pieces.js'

/** A call on its way. */
class Call {
  key: unknown
  id = ''
  name = ''
  /** Its place among those that have a name. */
  index: number | undefined
  initial = ''
  /** What of the arguments nobody was told of, since there was no name yet. */
  untold = ''
  readonly pieces = new Pieces()

  get arguments(): string {
    return this.pieces.value
  }

  /** Whether a part that seems to be this call's is the start of another one. */
  isBefore({ key, id, name, arguments: fragment }: ToolCallPart): boolean {
    if (!name || !this.name || (id && id === this.id)) return false
    const isOther = name !== this.name
    if (isOther && !id && key == null) return true
    return (isOther || (!!fragment && fragment !== this.arguments)) && isObject(this.arguments)
  }
}

/**
 * Puts tool calls together. Gateways number each call 0, or none; they repeat id and name in each
 * fragment, or send them late; they repeat the arguments at the end.
 */
export class Calls {
  readonly #all: Call[] = []
  readonly #named: Call[] = []

  /** The calls so far. One without a name is none: nobody could answer it. */
  get list(): ToolCall[] {
    return this.#named.map(({ id, name, arguments: text, initial }) => {
      return { id, name, arguments: text || initial || '{}' }
    })
  }

  /** Adds a part of a call. */
  add(part: ToolCallPart, deltas: Delta[]): void {
    const call = this.#find(part) ?? this.#begin()
    const { key, id, name, initial, whole } = part
    const isNew = !call.id && id
    call.key ??= key
    call.id ||= id ?? ''
    call.name ||= name ?? ''
    call.initial ||= initial ?? ''
    const before = call.arguments
    let fragment = part.arguments ?? ''
    if (whole?.startsWith(before)) fragment = whole.slice(before.length)
    // An empty object stands for what is still to come; what is whole may be sent again.
    if (before === '' ? fragment === '{}' : fragment === before && isObject(before)) fragment = ''
    // What comes as a fragment holds, not what was there at the start.
    if (part.arguments) call.initial = ''
    this.#grow(call, fragment, deltas, !!isNew)
  }

  /** Nothing more will come: what the calls had at their start holds. */
  settle(deltas: Delta[]): void {
    for (const call of this.#all) this.#grow(call, call.arguments ? '' : call.initial, deltas)
  }

  /** Halves of characters come out, too. */
  end(deltas: Delta[]): void {
    for (const call of this.#all) this.#tell(call, call.pieces.end(), deltas)
  }

  #find(part: ToolCallPart): Call | undefined {
    const { key, id } = part
    for (let i = this.#all.length - 1; i >= 0; i--) {
      const call = this.#all[i]!
      const isSameKey = key == null || call.key == null || call.key === key
      if (isSameKey && (!id || !call.id || call.id === id)) {
        return call.isBefore(part) ? undefined : call
      }
    }
    return undefined
  }

  #begin(): Call {
    const call = new Call()
    this.#all.push(call)
    return call
  }

  #grow(call: Call, fragment: string, deltas: Delta[], isNew = false): void {
    this.#tell(call, call.pieces.add(fragment), deltas, isNew)
  }

  #tell(call: Call, piece: string, deltas: Delta[], isNew = false): void {
    call.untold += piece
    const { id, name, arguments: text, untold: fragment } = call
    if (!name) return
    let { index } = call
    if (index !== undefined && !fragment && !isNew) return
    call.index = index ??= this.#named.push(call) - 1
    call.untold = ''
    deltas.push({ type: 'tool-call', index, fragment, call: { id, name, arguments: text } })
  }
}

function isObject(json: string): boolean {
  return jsonObject(json) !== undefined
}
