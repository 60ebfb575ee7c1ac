// The page of strangers.test.ts: tries all that a page can do with a relay that is not its own.

/** What each attack got to read. */
export type Loot = Record<string, string>

async function attack(relay: string): Promise<Loot> {
  const json = (body: object) => ({
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  const element = (name: string, attributes: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const made = Object.assign(document.createElement(name), attributes)
      for (const end of ['load', 'error']) made.addEventListener(end, () => resolve(''))
      document.body.append(made)
    })
  const read = async (path: string, init?: RequestInit) => {
    const response = await fetch(relay + path, init)
    return response.ok ? response.text() : ''
  }
  const source = (path: string) =>
    new Promise<string>((resolve) => {
      const events = new EventSource(relay + path)
      const end = (what: string) => {
        events.close()
        resolve(what)
      }
      events.addEventListener('message', ({ data }) => end(data))
      events.addEventListener('error', () => end(''))
    })
  const form = async (path: string) => {
    const frame = Object.assign(document.createElement('iframe'), { name: path })
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
    document.body.append(frame)
    await loaded
    const made = Object.assign(document.createElement('form'), {
      action: relay + path,
      method: 'POST',
      target: path,
    })
    document.body.append(made)
    const answered = new Promise((resolve) => frame.addEventListener('load', resolve))
    made.submit()
    await answered
    return ''
  }
  const s1 = { userId: 'ann', sessionId: 's1' }
  const chat = { prompt: 'pay', userId: 'eve', sessionId: 'by-eve' }
  const attacks: Record<string, () => Promise<string>> = {
    'ask by an image': () => element('img', { src: `${relay}/api/sse/chat/c1/pay` }),
    'ask by a frame': () => element('iframe', { src: `${relay}/api/sse/chat/c1/pay` }),
    'connect by an image': () => element('img', { src: `${relay}/api/sse/connect/c1` }),
    'disconnect by an image': () => element('img', { src: `${relay}/api/sse/disconnect/c1` }),
    'disconnect by a form': () => form('/api/sse/disconnect/c1'),
    'ask by a form': () => form('/api/sse/chat/c1/pay'),
    'list by a script': () => element('script', { src: `${relay}/sessions` }),
    'list by a frame': () => element('iframe', { src: `${relay}/sessions` }),
    'ask without a preflight': () => read('/chat', { ...json(chat), headers: {}, mode: 'no-cors' }),
    'ask by fetch()': () => read('/chat', json(chat)),
    'stop by fetch()': () => read('/chat/cancel', json(s1)),
    'stop by a beacon': async () => {
      navigator.sendBeacon(`${relay}/chat/cancel`, JSON.stringify(s1))
      return ''
    },
    'weather by fetch()': () => read('/weather', json({ ...s1, weather: 'drop' })),
    'list by fetch()': () => read('/sessions'),
    'read by fetch()': () => read('/chat/s1?userId=ann', { cache: 'no-store' }),
    'read by EventSource': () => source('/chat/s1?userId=ann'),
    'connect by EventSource': () => source('/api/sse/connect/c1'),
    'the tutorial by EventSource': () => source('/learn/sseChat?name=eve&pace=1'),
    'HEAD that asks': () => read('/api/sse/chat/c1/pay', { method: 'HEAD' }),
  }
  const loot: Loot = {}
  for (const [name, run] of Object.entries(attacks)) {
    // Where it is let through, an image or a frame may load as long as the stream goes on.
    const late = new Promise<string>((resolve) => setTimeout(resolve, 2000, ''))
    loot[name] = await Promise.race([run().catch(() => ''), late])
  }
  return loot
}

Object.assign(globalThis, { attack })
