import process from 'node:process'
import { openStream } from 'sluicegate'

const [chat, cancel] = process.argv.slice(2)

const stream = openStream(chat, {
  method: 'POST',
  body: { prompt: 'Hello' },
  cancel: { url: cancel },
})
process.once('SIGINT', async () => console.log(JSON.stringify(await stream.cancel())))
for await (const event of stream) console.log(event.data)
