import { useState } from 'react'
import { useEventStream } from 'sluicegate/react'

export function Chat() {
  const [prompt, setPrompt] = useState('')
  const { text, error, start, cancel } = useEventStream('chat', {
    immediate: false, // waits for start()
    method: 'POST',
    done: '[DONE]',
    text: (event) => JSON.parse(event.data),
  })

  function ask(event) {
    event.preventDefault()
    const sessionId = crypto.randomUUID()
    start({
      body: { prompt, sessionId },
      // 'return': the backend stops, too, when the component goes away.
      cancel: { url: 'chat/cancel', body: { sessionId }, on: ['return', 'pagehide'] },
    })
  }

  return (
    <>
      <form onSubmit={ask}>
        <label>
          Question{' '}
          <input name="prompt" value={prompt} onChange={(event) => setPrompt(event.target.value)} />
        </label>
        <button>Ask</button>
        <button type="button" onClick={() => cancel()}>
          Stop
        </button>
      </form>
      <output aria-live="polite">
        {text} {error?.message}
      </output>
    </>
  )
}
