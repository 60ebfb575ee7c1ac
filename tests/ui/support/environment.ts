import { Window } from 'happy-dom'
import type { Environment } from 'vitest/runtime'

/** What Vue and React ask of a page. The network, streams and aborts stay Node's own: the real ones. */
const NAMES = [
  'cancelAnimationFrame',
  'document',
  'Element',
  'HTMLElement',
  'HTMLIFrameElement',
  'navigator',
  'Node',
  'requestAnimationFrame',
  'ShadowRoot',
  'SVGElement',
] as const

export default {
  name: 'page',
  viteEnvironment: 'client',
  setup() {
    const page = Object.assign(new Window(), { fetch })
    const globals: [string, unknown][] = NAMES.map((name) => [name, page[name]])
    // Newer versions of Node have some of them, and only to be read.
    for (const [name, value] of [['window', page] as const, ...globals]) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
    }
    return { teardown: () => page.happyDOM.close() }
  },
} satisfies Environment
