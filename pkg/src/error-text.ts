/** Returns the text of an error: `parts` is one of the border's `TEXT_…`, the details stand between them. */
export function errorText(parts: readonly string[], ...details: (string | number)[]): string {
  return String.raw({ raw: parts }, ...details)
}
