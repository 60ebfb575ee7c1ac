import { fetch as polyfill } from 'whatwg-fetch'
import { behaves } from './behaviour.js'

behaves(`the page's own fetch`)
// Over the page's XMLHttpRequest.
behaves('whatwg-fetch', { options: { fetch: polyfill }, isWhole: true })
