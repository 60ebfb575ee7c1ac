/**
 * The Android side of a Capacitor app whose option `CapacitorHttp` is enabled, for the app's real `native-bridge.js`:
 * what `CapacitorHttp.java` and `HttpRequestHandler.java` do. They make the request, read the body to its end, and hand it
 * over in one piece; nothing aborts a call. To be imported before the bridge.
 */

interface Call {
  callbackId: string
  pluginId: string
  methodName: string
  options: { url: string; method: string; data: unknown; headers: Record<string, string> }
}

interface AndroidBridge {
  postMessage(json: string): void
  onmessage?: (event: { data: string }) => void
}

const web = fetch.bind(globalThis)

async function request({ url, method, data, headers }: Call['options']): Promise<object> {
  const body = typeof data === 'string' ? data : JSON.stringify(data)
  const response = await web(url, { method, headers, body })
  const text = await response.text()
  return {
    data: text,
    status: response.status,
    headers: Object.fromEntries(response.headers),
    url: response.url,
  }
}

const androidBridge: AndroidBridge = {
  postMessage(json) {
    const { callbackId, pluginId, methodName, options } = JSON.parse(json) as Call
    if (pluginId !== 'CapacitorHttp') return
    const answer = (result: object) => {
      const message = { callbackId, pluginId, methodName, ...result }
      androidBridge.onmessage?.({ data: JSON.stringify(message) })
    }
    request(options).then(
      (data) => answer({ success: true, data }),
      (error: Error) => answer({ success: false, error: { message: error.message } }),
    )
  },
}

Object.assign(globalThis, {
  androidBridge,
  CapacitorHttpAndroidInterface: { isEnabled: () => true },
  WEBVIEW_SERVER_URL: location.origin,
})
