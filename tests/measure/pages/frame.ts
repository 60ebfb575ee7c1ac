// A page, in a frame or in a tab of its own, with a stream that its end ends.

import { openStream } from 'sluicegate'

const parameters = new URL(location.href).searchParams

const stream = openStream('/open/frame', {
  cancel: {
    url: parameters.get('sink') ?? '',
    on: parameters.get('on') === 'pagehide' ? ['pagehide'] : [],
  },
})

Object.assign(globalThis, { stream })
// Not at the top level: WebKitGTK hangs if a frame is removed whose module still awaits something.
void (async () => {
  for await (const event of stream) document.title = event.data
})()
