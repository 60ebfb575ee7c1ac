import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { UseChat } from './use-chat'

const api = new URLSearchParams(location.search).get('useChat')

createRoot(document.querySelector('#app')!).render(
  <StrictMode>{api ? <UseChat api={api} /> : <App />}</StrictMode>,
)
