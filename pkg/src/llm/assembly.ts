import type { Answer, Delta, Part } from './answer.js'
import { putValues } from './call-values.js'
import type { ReadCall } from './content.js'
import { type Json, jsonObject, parsed } from './json.js'
import { joiner } from './pieces.js'
import { merge } from './usage.js'

const TEXTS = ['reasoning', 'text', 'refusal'] as const
const TEXT = 1

/** A tool call on its way. */
interface Call {
  key: unknown
  /** As what fragments may name it, too. */
  item: unknown
  id: string
  name: string
  arguments: string
  initial: string
  /** The arguments that come value by value. */
  values: Json | undefined
  /** The part of the arguments that is not in a delta yet, since there was no name. */
  untold: string
  readonly join: (piece?: string) => string
}

/** A part as vendors' events contain it. */
interface ReadPart extends Part {
  /** Which item of the answer is whole, if it is not all of the answer. */
  readonly item?: unknown
}

/** An answer that is put together, part by part. */
export interface Assembly {
  /** Adds what an event brought; without a part, what was held back. Returns it as deltas. */
  add(part?: ReadPart): Delta[]
  /** Adds well-formed text; returns what is handed out of it. */
  addText(text: string): string
  /** The answer so far. */
  answer(): Answer
}

/**
 * Puts an answer together, part by part.
 *
 * Gateways number each call 0, or none; they repeat id and name in each fragment, or send them late;
 * they repeat the arguments at the end.
 */
export function assemble(): Assembly {
  const joiners = TEXTS.map(joiner)
  /** Of each of the texts: the item that came last as a whole, and where it ended. */
  const wholes: [item: unknown, end: number][] = []
  const answer: { -readonly [Name in keyof Answer]: Answer[Name] } = {
    text: '',
    finishReason: undefined,
    usage: undefined,
    model: undefined,
    id: undefined,
  }
  const calls: Call[] = []
  /** Calls without a name can't be answered. */
  const named: Call[] = []
  /** Of the newest part. */
  let deltas: Delta[] = []

  /** Adds to each of the texts; without a part, ends them. */
  function addTexts(part?: ReadPart): void {
    for (const [index, type] of TEXTS.entries()) {
      const all = answer[type] ?? ''
      let piece = part && (part[type] ?? '')
      if (piece && part!.isWhole) {
        const { item } = part!
        const [last, end] = wholes[index] ?? []
        // An item of the answer may come whole, behind others.
        const before = item == null || item === last ? all : all.slice(end)
        piece = all.includes(piece) || !piece.startsWith(before) ? '' : piece.slice(before.length)
        wholes[index] = [item, all.length + piece.length]
      }
      const text = joiners[index]!(piece)
      if (!text) continue
      answer[type] = all + text
      deltas.push({ type, text })
    }
  }

  function tell(call: Call, piece: string, isNew?: boolean): void {
    const text = (call.arguments += piece)
    const fragment = (call.untold += piece)
    const { id, name } = call
    if (!name) return
    let index = named.indexOf(call)
    if (index < 0) index = named.push(call) - 1
    else if (!fragment && !isNew) return
    call.untold = ''
    deltas.push({ type: 'tool-call', index, fragment, call: { id, name, arguments: text } })
  }

  function addCall(part: ReadCall): void {
    const { key, id = '', name = '', initial = '', item, values, whole } = part
    const ofKey = calls.filter(
      (call) => key == null || call.key == null || call.key === key || call.item === key,
    )
    let call = ofKey.filter((call) => !id || !call.id || call.id === id).at(-1)
    // Some gateways send another id with each fragment.
    const newest = ofKey.at(-1)
    if (!call && !name && newest && !jsonObject(newest.arguments)) call = newest
    if (!call || isAnother(call, part)) {
      call = {
        key,
        item,
        id,
        name,
        arguments: '',
        initial: '',
        untold: '',
        values: undefined,
        join: joiner(),
      }
      calls.push(call)
    }
    const isNew = call.id !== (call.id ||= id)
    call.key ??= key
    call.name ||= name
    call.initial ||= initial
    if (values) putValues((call.values ??= Object.create(null) as Json), values)
    const before = call.arguments
    let fragment = part.arguments ?? ''
    // LiteLLM repeats them, encoded twice. Within others it may be a value.
    const inner = /^\s*"/.test(fragment) && (parsed(fragment) as string)
    if (inner && jsonObject(inner) && (!before || jsonObject(before))) fragment = inner
    if (whole?.startsWith(before)) fragment = whole.slice(before.length)
    else if (whole && jsonObject(whole) && !jsonObject(before)) {
      // Copilot encrypts the fragments.
      call.arguments = call.untold = ''
      fragment = whole
    }
    // An empty object stands for what is still to come; what is whole may be sent again.
    const isEmpty = !before && fragment === '{}'
    if (isEmpty || (jsonObject(fragment) && jsonObject(before))) fragment = ''
    // What comes as a fragment holds, not what was there at the start.
    if (part.arguments) call.initial = isEmpty ? '{}' : ''
    tell(call, call.join(fragment), isNew)
  }

  /** What calls had at their start holds if nothing more came. At the end halves of characters come out. */
  function settle(isEnd: boolean): void {
    for (const call of calls) {
      const rest = call.join(call.arguments ? '' : startOf(call))
      tell(call, isEnd ? rest + call.join() : rest)
    }
  }

  return {
    add(part) {
      deltas = []
      if (part) {
        const { toolCalls = [], usage, finishReason, isWhole, isEnd } = part
        answer.model ??= part.model
        answer.id ??= part.id
        addTexts(part)
        if (!isWhole || !named[0]) for (const call of toolCalls) addCall(call)
        if (usage) {
          answer.usage = merge(answer.usage, usage)
          deltas.push({ type: 'usage', usage: answer.usage })
        }
        if (finishReason || isEnd) settle(false)
        if (finishReason) {
          answer.finishReason = finishReason
          deltas.push({ type: 'finish', reason: finishReason })
        }
      }
      if (!part || part.isEnd) {
        addTexts()
        settle(true)
      }
      return deltas
    },
    addText(text) {
      const piece = joiners[TEXT]!(text, true)
      answer.text += piece
      return piece
    },
    answer() {
      const toolCalls = named.map((call) => ({
        id: call.id,
        name: call.name,
        arguments: call.arguments || startOf(call) || '{}',
      }))
      return { ...answer, ...(toolCalls[0] && { toolCalls }) }
    },
  }
}

/** The arguments if no fragment follows. */
function startOf({ values, initial }: Call): string {
  return values ? JSON.stringify(values) : initial
}

/** Whether a part that seems to be a call's is the start of another one. */
function isAnother(call: Call, { key, id, name, arguments: fragment }: ReadCall): boolean {
  if (!name || !call.name || (id && id === call.id)) return false
  if (name !== call.name) {
    return (!id && key == null) || !!jsonObject(call.arguments || call.initial)
  }
  return !!fragment && fragment !== call.arguments && !!jsonObject(call.arguments)
}
