// A script without imports, which pages of any encoding can load. What it says goes to the page around it.

import { isStreamError, openStream } from 'sluicegate'

void openStream('/').closed.then(({ error }) => {
  parent.postMessage(isStreamError(error) ? [error.code, error.message] : error, '*')
})
