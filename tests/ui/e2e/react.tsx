import { StrictMode, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { useEventStream } from 'sluicegate/react'
import { AWAY, countChanges, isAway, onRoute, readRequest } from './page.js'

const { url, options } = readRequest()
countChanges()

function Stream() {
  const { events, text, status, start, cancel } = useEventStream(url, options)
  return (
    <main>
      <button id="start" onClick={() => start()}>
        Start
      </button>
      <button id="stop" onClick={() => cancel()}>
        Stop
      </button>
      <a id="leave" href={AWAY}>
        Leave
      </a>
      <p id="status">{status}</p>
      <p id="count">{events.length}</p>
      <p id="text">{text}</p>
    </main>
  )
}

function App() {
  return useSyncExternalStore(onRoute, isAway) ? <p id="away">Away</p> : <Stream />
}

createRoot(document.body.appendChild(document.createElement('div'))).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
