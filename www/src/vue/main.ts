import { createApp } from 'vue'
import { startChat } from '../chat/start'
import ChatPage from './ChatPage.vue'

createApp(ChatPage, { chat: startChat() }).mount('#app')
