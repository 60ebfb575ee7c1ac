// @vitest-environment node
import { renderToString } from 'react-dom/server'
import { useEventStream } from 'sluicegate/react'
import { expect, test } from 'vitest'

test('on a server it renders, and sends nothing', async () => {
  expect(globalThis).not.toHaveProperty('document')
  const calls: unknown[] = []
  function Page() {
    const { status, events, text, last, error } = useEventStream('/relative', {
      fetch: async (...args) => {
        calls.push(args)
        throw new Error('not here')
      },
    })
    return <p>{JSON.stringify({ status, events, text, last, error })}</p>
  }
  const html = renderToString(<Page />)
  expect(html.replaceAll('&quot;', '"')).toBe('<p>{"status":"idle","events":[],"text":""}</p>')
  await new Promise(setImmediate)
  expect(calls).toEqual([])
})
