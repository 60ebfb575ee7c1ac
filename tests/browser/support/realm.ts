/** What a same-origin frame hands to this page: the classes of another realm. The frame stays. */
export async function otherRealm(): Promise<{
  ErrorThere: ErrorConstructor
  HeadersThere: typeof Headers
  ReadableStreamThere: typeof ReadableStream<Uint8Array>
  RequestThere: typeof Request
  Uint8ArrayThere: Uint8ArrayConstructor
}> {
  frame ??= await load()
  const there = frame.contentWindow as unknown as typeof globalThis
  return {
    ErrorThere: there.Error,
    HeadersThere: there.Headers,
    ReadableStreamThere: there.ReadableStream,
    RequestThere: there.Request,
    Uint8ArrayThere: there.Uint8Array,
  }
}

let frame: HTMLIFrameElement | undefined

function load(): Promise<HTMLIFrameElement> {
  const frame = document.createElement('iframe')
  const loaded = new Promise<HTMLIFrameElement>((resolve) => {
    frame.addEventListener('load', () => resolve(frame), { once: true })
  })
  document.body.append(frame)
  return loaded
}
