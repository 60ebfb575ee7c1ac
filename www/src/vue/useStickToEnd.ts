import { onBeforeUnmount, onMounted, ref } from 'vue'
import type { Ref } from 'vue'

/** How near the end counts as being there, in CSS pixels. */
const NEAR_PX = 40

/**
 * Keeps the scrolling element `view` at the end of its `content` while that grows, until the reader scrolls away.
 * Put `onScroll` on `view`; `away` tells that the reader is elsewhere, `toEnd` goes back.
 */
export function useStickToEnd(
  view: Readonly<Ref<HTMLElement | null>>,
  content: Readonly<Ref<HTMLElement | null>>,
) {
  const away = ref(false)
  const sizes = new ResizeObserver(follow)

  function onScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = view.value!
    away.value = scrollHeight - scrollTop - clientHeight > NEAR_PX
  }

  function toEnd(): void {
    away.value = false
    follow()
  }

  function follow(): void {
    if (!away.value && view.value) view.value.scrollTop = view.value.scrollHeight
  }

  onMounted(() => {
    sizes.observe(view.value!)
    sizes.observe(content.value!)
  })
  onBeforeUnmount(() => sizes.disconnect())
  return { away, onScroll, toEnd }
}
