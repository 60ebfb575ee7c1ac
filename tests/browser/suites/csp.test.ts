import { expect } from 'chai'
import { reportOf } from '../support/frame.js'
import { engine } from '../support/page.js'
import { Held, Sink } from '../support/server.js'
import { SMOKE } from '../support/smoke.js'
import { test } from '../support/test.js'

interface Report {
  result: object
  violations: string[]
  probes: { eval: boolean; html: boolean }
}

interface NoWasmReport {
  refused: [string, string]
  result: object
}

describe('a strict content security policy, with Trusted Types', () => {
  test('lets everything work', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const parameters = new URLSearchParams({ stream: held.url, sink: sink.url })
    const { result, violations, probes } = await reportOf<Report>(`/csp/csp.html?${parameters}`)
    expect(result).to.deep.equal(SMOKE)
    expect(violations).to.deep.equal([])
    // Firefox ESR knows no Trusted Types.
    const knowsTrustedTypes = 'trustedTypes' in globalThis
    expect(probes).to.deep.equal({ eval: true, html: knowsTrustedTypes })
    if (engine === 'chromium') expect(knowsTrustedTypes).to.equal(true)
    await sink.received(1)
  })
})

describe('a content security policy without WebAssembly', () => {
  test('lets sluicegate/compat work, which the error of sluicegate names', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const parameters = new URLSearchParams({ stream: held.url, sink: sink.url })
    const report = await reportOf<NoWasmReport>(`/no-wasm/no-wasm.html?${parameters}`)
    const message =
      "this page can't run WebAssembly with SIMD: use a current browser and allow 'wasm-unsafe-eval' in the Content Security Policy's script-src, or import 'sluicegate/compat' instead"
    expect(report).to.deep.equal({ refused: ['unsupported', message], result: SMOKE })
    await sink.received(1)
  })
})
