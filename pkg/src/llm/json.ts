/** JSON of which nothing is sure. */
export type Json = Record<string, any>

/** A text that is JSON, parsed. */
export function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

/** A text that is a JSON object, parsed. */
export function jsonObject(data: string): Json | undefined {
  return objectOf(parsed(data))
}

/** A value if it is an object. */
export function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : undefined
}

/** A value if it is a text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A value if it is an array, or none: vendors write `null` for empty ones. */
export function list<T>(value: readonly T[] | null | undefined): readonly (T | null | undefined)[] {
  return Array.isArray(value) ? value : []
}

/** Arguments as JSON text: some vendors send the object itself. */
export function argumentsOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : text(value)
}

/** The paths that were read before, split, each name as it is and with underscores. */
const PATHS = new Map<string, [name: string, other: string][][]>()

/**
 * The value at a path such as `a.b`, the first that is there of `a.b|c`, or the text after a `=`.
 * Empty texts and lists are not there. `*` is the first item of a list or an object by its `index`: 0,
 * or none; `$` is a list's last item. Without a path it is an empty text. A name such as `aB` may also be
 * written `a_b`, as backends in Python do.
 */
export function at(json: any, path = '='): any {
  let options = PATHS.get(path)
  if (!options) {
    options = path.split('|').map((option) => option.split('.').map(spellingsOf))
    PATHS.set(path, options)
  }
  for (const names of options) {
    let value = json
    for (const [name, other] of names) {
      if (name[0] === '=') return name.slice(1)
      value =
        name === '*'
          ? Object.values<Json>(Object(value)).find((item) => !item?.['index'])
          : name === '$'
            ? list(value).at(-1)
            : (value?.[name] ?? value?.[other])
    }
    if (value != null && value.length !== 0) return value
  }
  return undefined
}

function spellingsOf(name: string): [name: string, other: string] {
  return [name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]
}
