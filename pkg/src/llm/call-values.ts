import type { GeminiValue } from './gemini.js'
import { type Json, list } from './json.js'

/** Puts values where they belong, into arguments without a prototype: no name is special there. */
export function putValues(args: Json, values: readonly GeminiValue[]): void {
  for (const { jsonPath, stringValue, ...other } of list(values) as GeminiValue[]) {
    const names =
      String(jsonPath)
        .slice(1)
        .match(/[^.[\]'"]+/g) ?? []
    let holder = args
    for (const [at, name] of names.entries()) {
      // Lists grow item by item: no index makes a long one.
      const place = Array.isArray(holder) ? Math.min(+name, holder.length) : name
      const next = names[at + 1]
      if (next !== undefined) {
        holder = Object((holder[place] ??= /^\d+$/.test(next) ? [] : Object.create(null)))
      } else if (stringValue === undefined) {
        holder[place] = other.numberValue ?? other.boolValue ?? null
      } else {
        holder[place] = (holder[place] ?? '') + stringValue
      }
    }
  }
}
