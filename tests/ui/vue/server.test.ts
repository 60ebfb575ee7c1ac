// @vitest-environment node
import { useEventStream } from 'sluicegate/vue'
import { expect, test } from 'vitest'
import { createSSRApp, defineComponent, effectScope, h } from 'vue'
import { renderToString } from 'vue/server-renderer'

test('on a server it renders, and sends nothing', async () => {
  expect(globalThis).not.toHaveProperty('document')
  const calls: unknown[] = []
  const use = () =>
    useEventStream('/relative', {
      fetch: async (...args) => {
        calls.push(args)
        throw new Error('not here')
      },
    })
  const Page = defineComponent(() => {
    const { status, events, text } = use()
    return () => h('p', [status.value, events.value.length, text.value].join())
  })
  expect(await renderToString(createSSRApp(Page))).toBe('<p>idle,0,</p>')
  // As a store's, which is set up outside of components.
  expect(effectScope().run(use)!.status.value).toBe('idle')
  await new Promise(setImmediate)
  expect(calls).toEqual([])
})
