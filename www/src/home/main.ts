import { createApp } from 'vue'
import { startChat } from '../chat/start'
import HomePage from './HomePage.vue'

createApp(HomePage, { chat: startChat() }).mount('#app')
