// A page with Datastar, which asks for the stream that its parameter names, by the page's `fetch`.

import '../datastar/load.js'

const main = document.createElement('main')
const stream = new URL(location.href).searchParams.get('stream')
main.innerHTML = `
  <p id="price"></p>
  <p id="count" data-signals-count="0" data-text="$count"></p>
  <button data-on-click="@get('${stream}')">Go</button>`
document.body.append(main)
parent.postMessage('ready', '*')
