import { get } from 'node:http'
import { Readable } from 'node:stream'
import { decode, openStream } from 'sluicegate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as undici from 'undici'
import { behaves, data } from './behaviour.js'
import { Backend } from './server.js'

behaves('Node’s fetch')
behaves('undici', { options: { fetch: undici.fetch as unknown as typeof fetch } })

let backend: Backend
beforeAll(async () => {
  backend = await Backend.start()
})
afterAll(() => backend.stop())

/** As `node-fetch` and `undici.request` have it: a body that is a Node stream. */
const nodeFetch = (url: unknown) =>
  new Promise((resolve, reject) => {
    get(String(url), (message) => {
      const headers = new Map(Object.entries(message.headers))
      resolve({ status: message.statusCode, headers, body: message })
    }).on('error', reject)
  })

test('a body that is a Node stream', async () => {
  const stream = openStream(`${backend.url}/`, { retry: false, fetch: nodeFetch as typeof fetch })
  expect(await data(stream)).toEqual(['żółć', '漢字 😀'])
})

test('leaving it destroys the Node stream', async () => {
  let body: Readable | undefined
  const keep = async (url: unknown) => {
    const response = (await nodeFetch(url)) as { body: Readable }
    body = response.body
    return response as unknown as Response
  }
  const stream = openStream(`${backend.url}/held`, { fetch: keep })
  await stream.next()
  stream.close()
  await expect.poll(() => body?.destroyed).toBe(true)
})

test('Node streams of bytes and of text, for decode()', async () => {
  const text = 'data: żółć\n\n'
  const encoded = Readable.from([Buffer.from(text)])
  const asText = Readable.from([Buffer.from(text)]).setEncoding('utf8')
  for (const source of [encoded, asText, Readable.from([text])]) {
    expect(await data(decode(source))).toEqual(['żółć'])
  }
})

test('bodies of undici, and Node streams, are sent as they are', async () => {
  const form = new undici.FormData()
  form.set('field', 'value')
  const bodies = [
    [Readable.from(['streamed']), 'streamed'],
    [Buffer.from('bytes'), 'bytes'],
    [form, 'name="field"'],
  ] as const
  for (const [body, expected] of bodies) {
    const fetch = undici.fetch as unknown as typeof globalThis.fetch
    const stream = openStream(`${backend.url}/bodies`, { method: 'POST', body, fetch })
    for await (const _event of stream);
    expect(backend.received.at(-1)!.body).toContain(expected)
  }
})

test('a connection that broke says after how many events, and why', async () => {
  const stream = openStream(`${backend.url}/breaks`, { method: 'POST' })
  const error: unknown = await data(stream).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'network', cause: { message: 'terminated' } })
  expect((error as Error).message).toBe(
    `the connection to ${backend.url}/breaks broke after 1 event: terminated (UND_ERR_SOCKET: other side closed)`,
  )
})
