import { init, openStream } from 'sluicegate/slim'

init(new URL('sluicegate/wasm', import.meta.url))

const [answer, stop, outcome] = document.querySelectorAll('output, button')
const parameters = new URLSearchParams(location.search)

const stream = openStream(parameters.get('chat'), {
  method: 'POST',
  body: { prompt: 'Hello' },
  cancel: { url: parameters.get('cancel') },
})
stop.addEventListener('click', async () => {
  outcome.value = JSON.stringify(await stream.cancel())
})
for await (const event of stream) answer.value += event.data
