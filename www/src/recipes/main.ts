import { createApp } from 'vue'
import { applySettings } from '../site/settings'
import RecipesPage from './RecipesPage.vue'

applySettings()
createApp(RecipesPage).mount('#app')
