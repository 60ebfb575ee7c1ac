/**
 * Whether a key sends what was typed: Enter does, but not with Shift, and not the Enter that picks a candidate of an
 * input method, which Safari tells only by key code 229.
 */
export function sends(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229
}

/** Puts the focus where it rests between actions: in the field, but on a touch screen nowhere, to keep its keyboard away. */
export function rest(field: HTMLElement | null): void {
  if (matchMedia('(pointer: coarse)').matches) field?.blur()
  else field?.focus({ preventScroll: true })
}
