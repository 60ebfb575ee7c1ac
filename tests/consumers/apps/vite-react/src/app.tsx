import { useState } from 'react'
import { useEventStream } from 'sluicegate/react'

const parameters = new URLSearchParams(location.search)

export function App() {
  const [outcome, setOutcome] = useState('')
  const { text, cancel } = useEventStream(parameters.get('chat')!, {
    method: 'POST',
    body: { prompt: 'Hello' },
    cancel: { url: parameters.get('cancel')! },
  })
  const stop = async () => setOutcome(JSON.stringify(await cancel()))
  return (
    <>
      <output>{text}</output>
      <button onClick={stop}>Stop</button>
      <output>{outcome}</output>
    </>
  )
}
