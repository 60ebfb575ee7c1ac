import { createApp } from 'vue'
import ChatPage from './ChatPage.vue'

createApp(ChatPage).mount('#app')
