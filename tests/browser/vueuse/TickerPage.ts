import { useEventSource } from '@vueuse/core'
import { defineComponent, h, ref, watch } from 'vue'

/** A page as apps write it: vueuse makes its source with whatever `EventSource` is the global one. */
export const TickerPage = defineComponent({
  props: { url: { type: String, required: true } },
  setup(props) {
    const { status, data, event, lastEventId, close } = useEventSource(props.url, ['price'], {
      withCredentials: true,
    })
    const history = ref<string[]>([])
    watch([data, lastEventId], () => history.value.push(`${event.value} ${data.value}`))
    return () => [
      h('output', { id: 'status' }, status.value),
      h('output', { id: 'id' }, lastEventId.value ?? ''),
      h(
        'ul',
        history.value.map((line) => h('li', line)),
      ),
      h('button', { onClick: close }, 'Stop'),
    ]
  },
})
