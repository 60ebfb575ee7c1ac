/** How near the end counts as being there, in CSS pixels. */
const NEAR_PX = 40

/**
 * Keeps a scrolling element at the end of its articles while they grow, until the reader scrolls away. Without any it
 * stays at its start.
 */
export class StickToEnd {
  readonly #view: HTMLElement
  readonly #tell: (away: boolean) => void
  readonly #sizes = new ResizeObserver(() => this.#follow())
  #away = false

  /** `view` scrolls `content`; `tell` hears when the reader scrolls away and comes back. */
  constructor(view: HTMLElement, content: HTMLElement, tell: (away: boolean) => void) {
    this.#view = view
    this.#tell = tell
    this.#sizes.observe(view)
    this.#sizes.observe(content)
    view.addEventListener('scroll', this.#onScroll, { passive: true })
  }

  /** Goes to the end, and stays there. */
  toEnd(): void {
    this.#set(false)
    this.#follow()
  }

  destroy(): void {
    this.#sizes.disconnect()
    this.#view.removeEventListener('scroll', this.#onScroll)
  }

  readonly #onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = this.#view
    this.#set(scrollHeight - scrollTop - clientHeight > NEAR_PX)
  }

  #set(away: boolean): void {
    if (away === this.#away) return
    this.#away = away
    this.#tell(away)
  }

  #follow(): void {
    if (this.#away || !this.#view.querySelector('article')) return
    this.#view.scrollTop = this.#view.scrollHeight
  }
}
