import { createApp } from 'vue'
import App from './App.vue'
import UseChat from './UseChat.vue'

const api = new URLSearchParams(location.search).get('useChat')

const app = api ? createApp(UseChat, { api }) : createApp(App)
app.mount('#app')
