import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'
import { StickToEnd } from '../chat/stick-to-end'

/** `StickToEnd` for a component: `away` tells that the reader is elsewhere, `toEnd` goes back. */
export function useStickToEnd(
  view: Readonly<Ref<HTMLElement | null>>,
  content: Readonly<Ref<HTMLElement | null>>,
) {
  const away = ref(false)
  let stick: StickToEnd | undefined
  onMounted(() => {
    stick = new StickToEnd(view.value!, content.value!, (now) => (away.value = now))
  })
  onBeforeUnmount(() => stick?.destroy())
  return { away, toEnd: () => stick?.toEnd() }
}
