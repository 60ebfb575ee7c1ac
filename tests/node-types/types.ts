// Programs for Node, whose types are not those of browsers: `RequestInit` has fewer members. Nothing here runs.

import { decode, openStream } from 'sluicegate'
import { createFetch } from 'sluicegate/fetch'
import { fetchEventSource } from 'sluicegate/fetch-event-source'

export async function read(url: string): Promise<string[]> {
  const stream = openStream(url, { method: 'POST', headers: { a: 'b' }, body: { a: 1 } })
  const all: string[] = []
  for await (const { data } of stream) all.push(data)
  for await (const { data } of decode(await fetch(url))) all.push(data)
  await fetchEventSource(url, { method: 'POST', onmessage: ({ data }) => all.push(data) })
  return all
}

export const fetchOf: typeof fetch = createFetch({ idleTimeout: 1_000 })
