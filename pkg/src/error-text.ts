import { errorTextAt, readText } from './wasm.js'

/** Returns the text of an error: `number` is one of the border's `TEXT_…`. */
export function errorText(
  number: number,
  first: string | number = '',
  second: string | number = '',
): string {
  return readText(errorTextAt(number, String(first), String(second)))
}
