import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { startChat } from '../chat/start'
import { ChatPage } from './ChatPage'

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <ChatPage chat={startChat()} />
  </StrictMode>,
)
