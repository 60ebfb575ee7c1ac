import { experimental_streamedQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { openStream } from 'sluicegate'

/** The answer as it grows. Ends with the query's signal, and tells the backend. */
const answerTo = (question) => ({
  queryKey: ['chat', question],
  enabled: question !== undefined,
  retry: false,
  staleTime: Infinity,
  queryFn: experimental_streamedQuery({
    streamFn: ({ signal }) =>
      openStream('chat', {
        method: 'POST',
        body: question,
        done: '[DONE]',
        signal,
        cancel: {
          url: 'chat/cancel',
          body: { sessionId: question.sessionId },
          on: ['abort', 'pagehide'],
        },
      }).frames(),
    reducer: (text, events) => text + events.map(({ data }) => JSON.parse(data)).join(''),
    initialValue: '',
  }),
})

export function Chat() {
  const [prompt, setPrompt] = useState('')
  const [question, setQuestion] = useState()
  const client = useQueryClient()
  const query = answerTo(question)
  const { data, error } = useQuery(query)

  function ask(event) {
    event.preventDefault()
    setQuestion({ prompt, sessionId: crypto.randomUUID() })
  }

  return (
    <>
      <form onSubmit={ask}>
        <label>
          Question{' '}
          <input name="prompt" value={prompt} onChange={(event) => setPrompt(event.target.value)} />
        </label>
        <button>Ask</button>
        <button type="button" onClick={() => client.cancelQueries(query)}>
          Stop
        </button>
      </form>
      <output aria-live="polite">
        {data} {error?.message}
      </output>
    </>
  )
}
