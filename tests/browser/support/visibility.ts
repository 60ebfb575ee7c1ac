/** What a page sees when it is hidden and shown. No driver can hide a page in all engines. */
export function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden })
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}

export function showForReal(): void {
  delete (document as { hidden?: boolean }).hidden
}
