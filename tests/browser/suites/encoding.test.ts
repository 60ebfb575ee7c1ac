import { expect } from 'chai'
import { reportOf } from '../support/frame.js'
import { script } from '../support/server.js'
import { test } from '../support/test.js'

describe('a script that is not read as UTF-8', () => {
  test('says so', async () => {
    const serve = (type: string, text: string) =>
      script([{ headers: { 'content-type': type }, steps: [{ send: text }] }])
    const code = await (await fetch('/site/encoding.js')).text()
    const { url } = await serve('text/javascript', code)
    const page = await serve('text/html; charset=windows-1252', `<script src="${url}"></script>`)
    const message =
      'the script with sluicegate was not read as UTF-8: begin the page with <meta charset="utf-8">, or serve scripts with charset=utf-8'
    expect(await reportOf(page.url)).to.deep.equal(['unsupported', message])
  })
})
