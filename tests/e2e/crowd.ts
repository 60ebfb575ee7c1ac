import { setTimeout as delay } from 'node:timers/promises'

/** How one member of a crowd fared. */
export interface Fared {
  text: string
  /** The ids of all events, as they came. */
  ids: number[]
  connections: number
}

/**
 * Asks for an answer as a client without our library would, and comes back with the last id whenever the connection
 * breaks, until the answer's end. `grown` is called with the text so far, whenever there is more of it.
 */
export async function readToTheEnd(
  url: string,
  prompt: string,
  sessionId: string,
  grown: (text: string) => void,
): Promise<Fared> {
  const fared: Fared = { text: '', ids: [], connections: 0 }
  const body = JSON.stringify({ prompt, userId: 'crowd', sessionId })
  for (;;) {
    fared.connections += 1
    const last = fared.ids.at(-1)
    try {
      const response = await fetch(`${url}/chat`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(last !== undefined && { 'last-event-id': `${last}` }),
        },
        body,
      })
      if (response.status === 502) throw new TypeError('no replica')
      if (!response.ok) return await Promise.reject(new Error(await response.text()))
      for await (const event of events(response)) {
        fared.ids.push(event.id)
        if (event.type === 'message') grown((fared.text += event.data))
        else if (event.type !== 'start') return fared
      }
    } catch (error) {
      // What fetch throws when a connection fails or breaks.
      if (!(error instanceof TypeError)) throw error
    }
    await delay(200)
  }
}

/** The relay's own events: LF only, and an id in each. */
async function* events(response: Response) {
  let rest = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const lines = block.split('\n').map((line) => line.split(/: (.*)/s))
      const value = (field: string) => lines.find(([name]) => name === field)?.[1]
      const id = value('id')
      // A retry alone is no event.
      if (id === undefined) continue
      const data = lines.filter(([name]) => name === 'data').map(([, text]) => text)
      yield { id: Number(id), type: value('event') ?? 'message', data: data.join('\n') }
    }
  }
}
