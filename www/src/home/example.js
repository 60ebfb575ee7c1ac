import { openChat } from 'sluicegate/llm'

const chat = openChat('/chat', {
  messages: [{ role: 'user', content: 'Tell me a joke.' }],
  cancel: '/chat/cancel',
})
stopButton.addEventListener('click', () => chat.cancel())

for await (const text of chat) {
  answer.textContent += text
}
