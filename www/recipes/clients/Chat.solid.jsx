import { createSignal, onCleanup } from 'solid-js'
import { openStream } from 'sluicegate'

export function Chat() {
  const [prompt, setPrompt] = createSignal('')
  const [answer, setAnswer] = createSignal('')
  let stream

  async function ask(event) {
    event.preventDefault()
    const sessionId = crypto.randomUUID()
    setAnswer('')
    stream = openStream('chat', {
      method: 'POST',
      body: { prompt: prompt(), sessionId },
      done: '[DONE]',
      cancel: { url: 'chat/cancel', body: { sessionId }, on: ['pagehide'] },
    })
    try {
      for await (const events of stream.frames()) {
        setAnswer((text) => text + events.map(({ data }) => JSON.parse(data)).join(''))
      }
    } catch (error) {
      setAnswer((text) => `${text}\n${error.message}`)
    }
  }

  onCleanup(() => stream?.cancel())

  return (
    <>
      <form onSubmit={ask}>
        <label>
          Question{' '}
          <input
            name="prompt"
            value={prompt()}
            onInput={(event) => setPrompt(event.currentTarget.value)}
          />
        </label>
        <button>Ask</button>
        <button type="button" onClick={() => stream?.cancel()}>
          Stop
        </button>
      </form>
      <output aria-live="polite">{answer()}</output>
    </>
  )
}
