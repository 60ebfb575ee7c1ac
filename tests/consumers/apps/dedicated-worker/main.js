const [answer, stop, outcome] = document.querySelectorAll('output, button')
const { chat, cancel } = Object.fromEntries(new URLSearchParams(location.search))

const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
worker.addEventListener('message', ({ data }) => {
  if (data.text) answer.value += data.text
  else outcome.value = JSON.stringify(data.outcome)
})
worker.postMessage({ chat, cancel })
stop.addEventListener('click', () => worker.postMessage('stop'))
