// A page that holds a stream open until it is left.

import { type CancelOptions, openStream } from 'sluicegate'

const parameters = new URL(location.href).searchParams
const on = (parameters.get('on') ?? '').split(',').filter((name) => name !== '')

const stream = openStream(parameters.get('stream') ?? '', {
  cancel: {
    url: parameters.get('sink') ?? '',
    on: on as CancelOptions['on'] & object,
    body: ({ reason, lastEventId }) => ({ reason, lastEventId }),
  },
})
for await (const event of stream) parent.postMessage(event.data, '*')
