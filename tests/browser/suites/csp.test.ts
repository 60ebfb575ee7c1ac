import { expect } from 'chai'
import { engine } from '../support/page.js'
import { Held, Sink } from '../support/server.js'
import { test } from '../support/test.js'

interface Report {
  result: object
  violations: string[]
  probes: { eval: boolean; html: boolean }
}

async function reportOf(url: string): Promise<Report> {
  const frame = document.createElement('iframe')
  frame.src = url
  const report = new Promise<Report>((resolve) => {
    const listen = ({ source, data }: MessageEvent) => {
      if (source !== frame.contentWindow) return
      removeEventListener('message', listen)
      resolve(data as Report)
    }
    addEventListener('message', listen)
  })
  document.body.append(frame)
  try {
    return await report
  } finally {
    frame.remove()
  }
}

describe('a strict content security policy, with Trusted Types', () => {
  test('lets everything work', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const parameters = new URLSearchParams({ stream: held.url, sink: sink.url })
    const { result, violations, probes } = await reportOf(`/csp/csp.html?${parameters}`)
    expect(result).to.deep.equal({
      first: { type: 'message', data: 'open', lastEventId: '1' },
      cancelled: { aborted: true, notified: true, status: 200 },
      outcome: { type: 'cancelled', notified: true, dropped: 0 },
      decoded: ['a', 'b'],
      pushed: [{ type: 'message', data: 'c', lastEventId: '' }],
    })
    expect(violations).to.deep.equal([])
    // Firefox ESR knows no Trusted Types.
    const knowsTrustedTypes = 'trustedTypes' in globalThis
    expect(probes).to.deep.equal({ eval: true, html: knowsTrustedTypes })
    if (engine === 'chromium') expect(knowsTrustedTypes).to.equal(true)
    await sink.received(1)
  })
})
