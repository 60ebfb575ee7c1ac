// A service worker in front of a page, as caches and proxies of apps are.

interface WorkerScope {
  skipWaiting(): Promise<void>
  clients: { claim(): Promise<void> }
}

interface FetchEvent extends Event {
  request: Request
  respondWith(response: Promise<Response>): void
  waitUntil(promise: Promise<unknown>): void
}

const scope = globalThis as unknown as WorkerScope

addEventListener('install', () => void scope.skipWaiting())
addEventListener('activate', (event) => (event as FetchEvent).waitUntil(scope.clients.claim()))
addEventListener('fetch', (event) => {
  const { request } = event as FetchEvent
  const headers = new Headers(request.headers)
  headers.set('x-passed-on', 'yes')
  ;(event as FetchEvent).respondWith(fetch(request, { headers }))
})
