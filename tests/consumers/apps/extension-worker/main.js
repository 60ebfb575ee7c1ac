const [answer, stop, outcome] = document.querySelectorAll('output, button')
const { chat, cancel } = Object.fromEntries(new URLSearchParams(location.search))

const worker = chrome.runtime.connect()
worker.onMessage.addListener(({ text, outcome: told }) => {
  if (text) answer.value += text
  else outcome.value = JSON.stringify(told)
})
worker.postMessage({ chat, cancel })
stop.addEventListener('click', () => worker.postMessage('stop'))
