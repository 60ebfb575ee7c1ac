import { expect } from 'chai'
import { reportOf } from '../support/frame.js'
import { Held, Sink } from '../support/server.js'
import { SMOKE } from '../support/smoke.js'
import { test } from '../support/test.js'

interface Report {
  early: [string, string]
  result: object
}

describe('sluicegate/slim', () => {
  // `late`: the module comes after the response of the first stream.
  for (const from of ['url', 'response', 'bytes', 'late']) {
    test(`works once init() has the module: ${from}`, async () => {
      const [held, sink] = [new Held(), new Sink()]
      const parameters = new URLSearchParams({ from, stream: held.url, sink: sink.url })
      const { early, result } = await reportOf<Report>(`/site/slim.html?${parameters}`)
      const message = "call init() of 'sluicegate/slim' with the module before opening a stream"
      expect(early).to.deep.equal(['unsupported', message])
      expect(result).to.deep.equal(SMOKE)
      await sink.received(1)
    })
  }

  test('says what is wrong with the module', async () => {
    const { result } = await reportOf<Report>('/site/slim.html?from=missing&stream=/&sink=/')
    expect(JSON.stringify(result)).to.match(
      /the module given to init\(\) can't be compiled: Error: .*nothing.wasm answered 404/,
    )
  })
})
