import { useEventStream } from 'sluicegate/vue'
import { createApp, defineComponent, h, shallowRef } from 'vue'
import { AWAY, countChanges, isAway, onRoute, readRequest } from './page.js'

const { url, options } = readRequest()
countChanges()

const Stream = defineComponent(() => {
  const { events, text, status, start, cancel } = useEventStream(url, options)
  return () =>
    h('main', [
      h('button', { id: 'start', onClick: () => start() }, 'Start'),
      h('button', { id: 'stop', onClick: () => cancel() }, 'Stop'),
      h('a', { id: 'leave', href: AWAY }, 'Leave'),
      h('p', { id: 'status' }, status.value),
      h('p', { id: 'count' }, events.value.length),
      h('p', { id: 'text' }, text.value),
    ])
})

const App = defineComponent(() => {
  const away = shallowRef(isAway())
  onRoute(() => (away.value = isAway()))
  return () => (away.value ? h('p', { id: 'away' }, 'Away') : h(Stream))
})

createApp(App).mount(document.body.appendChild(document.createElement('div')))
