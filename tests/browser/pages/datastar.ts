// A page with Datastar, which asks for the stream that a parameter names, by the page's `fetch`. With the parameter
// `survives`, that is the package's.

import '../datastar/load.js'
import { createFetch } from 'sluicegate/fetch'

const parameters = new URL(location.href).searchParams
if (parameters.has('survives')) globalThis.fetch = createFetch()
const main = document.createElement('main')
main.innerHTML = `
  <p id="price"></p>
  <p id="count" data-signals-count="0" data-text="$count"></p>
  <button data-on-click="@get('${parameters.get('stream')}')">Go</button>`
document.body.append(main)
parent.postMessage('ready', '*')
