const [answer, stop, outcome] = document.querySelectorAll('output, button')
const { chat, cancel } = Object.fromEntries(new URLSearchParams(location.search))

navigator.serviceWorker.addEventListener('message', ({ data }) => {
  if (data.text) answer.value += data.text
  else outcome.value = JSON.stringify(data.outcome)
})
navigator.serviceWorker.startMessages()
await navigator.serviceWorker.register('worker.js')
const { active } = await navigator.serviceWorker.ready
active.postMessage({ chat, cancel })
stop.addEventListener('click', () => active.postMessage('stop'))
