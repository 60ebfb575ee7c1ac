/** Requests that others sign, and tokens that expire: as docs/hosts.md has them. */

import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { AwsClient } from 'aws4fetch'
import { openStream } from 'sluicegate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { data } from './behaviour.js'

const SECRET = 'wJalrXUtnFEMI'

const sha256 = (value: string) => createHash('sha256').update(value).digest('hex')
const hmac = (key: string | Buffer, value: string) =>
  createHmac('sha256', key).update(value).digest()

/** Whether the request is signed as AWS wants it (Signature Version 4), worked out here independently. */
function isSigned({ method, url = '', headers }: IncomingMessage, body: string): boolean {
  const { authorization = '' } = headers
  const found =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\S+), SignedHeaders=(\S+), Signature=(\w+)$/.exec(
      authorization,
    )
  if (!found) return false
  const [, scope = '', names = '', signature] = found
  const lines = names.split(';').map((name) => `${name}:${String(headers[name])}\n`)
  const request = [method, url, '', lines.join(''), names, sha256(body)].join('\n')
  const date = String(headers['x-amz-date'])
  const parts = ['AWS4-HMAC-SHA256', date, scope, sha256(request)]
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SECRET}`)
  return hmac(key, parts.join('\n')).toString('hex') === signature
}

interface Seen {
  path: string
  isSigned: boolean
  token: string | undefined
  lastEventId: string | undefined
}

const seen: Seen[] = []
let validToken = 'new'
let base: string

const server = createServer(async (request, response) => {
  const { url: path = '', headers } = request
  const lastEventId = headers['last-event-id'] as string | undefined
  const token = headers.authorization?.replace('Bearer ', '')
  seen.push({ path, isSigned: isSigned(request, await text(request)), token, lastEventId })
  const isRefused = path.startsWith('/tokens') && token !== validToken
  response.writeHead(isRefused ? 401 : 200, { 'content-type': 'text/event-stream' })
  if (isRefused || path.endsWith('/stop')) response.end()
  else if (lastEventId === '1') response.end('data: b\n\ndata: [DONE]\n\n')
  else {
    if (path.includes('expiring')) validToken = 'newest'
    response.write('retry: 1\nid: 1\ndata: a\n\n')
    if (!path.endsWith('/held')) response.end()
  }
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const seenAt = (path: string) => seen.filter((request) => request.path.startsWith(path))

describe('aws4fetch', () => {
  const aws = new AwsClient({
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: SECRET,
    service: 'bedrock',
    region: 'us-east-1',
    retries: 0,
  })

  test('signs each attempt, the id to resume from included, and the cancel notification', async () => {
    const stream = openStream(`${base}/signed`, {
      method: 'POST',
      body: { prompt: '漢' },
      retry: true,
      done: '[DONE]',
      fetch: aws.fetch.bind(aws),
    })
    expect(await data(stream)).toEqual(['a', 'b'])
    const cancelled = openStream(`${base}/signed/held`, {
      fetch: aws.fetch.bind(aws),
      cancel: { url: `${base}/signed/stop`, body: { id: 1 } },
    })
    await cancelled.next()
    expect(await cancelled.cancel()).toMatchObject({ notified: true })
    const requests = seenAt('/signed')
    expect(requests.map(({ isSigned }) => isSigned)).not.toContain(false)
    expect(requests.slice(0, 2).map(({ lastEventId }) => lastEventId)).toEqual([undefined, '1'])
    expect(requests.at(-1)?.path).toBe('/signed/stop')
  })

  test('a request that nobody signed is none', async () => {
    for await (const _event of openStream(`${base}/plain`, { done: '[DONE]' }));
    expect(seenAt('/plain').map(({ isSigned }) => isSigned)).toEqual([false, false])
  })
})

/** The recipe of docs/hosts.md. */
function withToken(refresh: () => Promise<string>, first: string): typeof fetch {
  let token = Promise.resolve(first)
  return async (input, init) => {
    const used = token
    const send = async () => {
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Bearer ${await token}`)
      return fetch(input, { ...init, headers })
    }
    const response = await send()
    if (response.status !== 401) return response
    // One refresh, however many requests were refused. After one that fails, the next 401 asks again.
    if (used === token) {
      token = refresh()
      token.catch(() => (token = used))
    }
    return send()
  }
}

describe('a token that is refreshed at a 401', () => {
  test('once for all streams, for a POST, at a reconnect, and for the notification', async () => {
    validToken = 'new'
    let refreshes = 0
    const refresh = async () => {
      refreshes++
      return validToken
    }
    const fetch = withToken(refresh, 'old')
    const open = (path: string) =>
      openStream(`${base}/tokens${path}`, {
        method: 'POST',
        body: { prompt: 'x' },
        retry: true,
        done: '[DONE]',
        fetch,
        cancel: { url: `${base}/tokens${path}/stop` },
      })
    expect(await Promise.all([data(open('/1')), data(open('/2'))])).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
    expect(refreshes).toBe(1)

    expect(await data(open('/expiring'))).toEqual(['a', 'b'])
    expect(refreshes).toBe(2)
    expect(seenAt('/tokens/expiring').map(({ token }) => token)).toEqual(['new', 'new', 'newest'])

    const left = open('/held')
    await left.next()
    validToken = 'last'
    expect(await left.cancel()).toMatchObject({ notified: true, status: 200 })
    expect(refreshes).toBe(3)
  })

  test('again, if the refresh failed', async () => {
    validToken = 'new'
    let isOnline = false
    const refresh = async () => {
      if (isOnline) return 'new'
      isOnline = true
      throw new Error('offline')
    }
    const stream = openStream(`${base}/tokens/again`, {
      done: '[DONE]',
      retry: { initialDelay: 0, minDelay: 0 },
      fetch: withToken(refresh, 'old'),
    })
    expect(await data(stream)).toEqual(['a', 'b'])
    expect(seenAt('/tokens/again').map(({ token }) => token)).toEqual(['old', 'old', 'new', 'new'])
  })
})
