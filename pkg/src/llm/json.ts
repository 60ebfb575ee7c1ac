import type { Figures } from './answer.js'

/** JSON of which nothing is sure. */
export type Json = Record<string, unknown>

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

/** A vendor's usage, with the names of the numbers that are input's and output's. */
export function usage(
  raw: unknown,
  input: readonly string[],
  output: readonly string[],
): Figures | undefined {
  const figures = objectOf(raw)
  return figures && { raw: figures, input, output }
}
