import { useEventStream, type UseEventStreamOptions } from 'sluicegate/vue'
import { createApp, defineComponent, nextTick, shallowRef } from 'vue'
import type { StreamSnapshot } from 'sluicegate/vue'
import type { Mount } from '../support/mounted.js'

export const mount: Mount = async (firstUrl, firstOptions = {}) => {
  const url = shallowRef<string>(firstUrl)
  const options = shallowRef<UseEventStreamOptions>(firstOptions)
  const renders: StreamSnapshot[] = []
  let stream!: ReturnType<typeof useEventStream>
  const app = createApp(
    defineComponent(() => {
      stream = useEventStream(url, options)
      const { events, last, text, status, error, stats } = stream
      return () => {
        renders.push({
          events: events.value,
          last: last.value,
          text: text.value,
          status: status.value,
          error: error.value,
          stats: stats.value,
        })
        return text.value
      }
    }),
  )
  app.mount(document.createElement('div'))
  await nextTick()
  const { start, cancel } = stream
  return {
    start,
    cancel,
    renders,
    get now() {
      return renders.at(-1)!
    },
    update(newUrl, newOptions = options.value) {
      url.value = newUrl
      options.value = newOptions
      return nextTick()
    },
    unmount: () => app.unmount(),
  }
}
