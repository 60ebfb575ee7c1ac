/** A stream that is cancelled, and two ways to decode. The page's parameters say where to go. */
export async function smoke(api: typeof import('sluicegate')): Promise<object> {
  const { createDecoder, decode, openStream } = api
  const parameters = new URL(location.href).searchParams
  const stream = openStream(parameters.get('stream') ?? '', {
    method: 'POST',
    body: { prompt: 'x' },
    cancel: { url: parameters.get('sink') ?? '', body: { id: 1 } },
  })
  const first = await stream.next()
  const cancelled = await stream.cancel()
  const outcome = await stream.closed

  const decoded: string[] = []
  for await (const event of decode('data: a\n\ndata: b\n\n')) decoded.push(event.data)
  const decoder = await createDecoder()
  const pushed = decoder.push(new TextEncoder().encode('data: c\n\n'))
  decoder.free()
  return { first: first.value, cancelled, outcome, decoded, pushed }
}

/** What `smoke` returns if all is well. */
export const SMOKE = {
  first: { type: 'message', data: 'open', lastEventId: '1' },
  cancelled: { aborted: true, notified: true, status: 200 },
  outcome: { type: 'cancelled', notified: true, dropped: 0 },
  decoded: ['a', 'b'],
  pushed: [{ type: 'message', data: 'c', lastEventId: '' }],
}
