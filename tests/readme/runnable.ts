/** The examples of the README and of docs/ as modules for one page, which runs them in turn. */

import { build, type Plugin } from 'esbuild'
import { compileScript, parse } from 'vue/compiler-sfc'
import { type Block, BLOCKS } from './blocks.js'

/** What is run elsewhere (`moving.ts`, `tests/e2e/share.test.ts`), or by another tool. */
const ELSEWHERE = /^(before|after|sharing): |^vite\.config\.ts$/

export const EXAMPLES: readonly Block[] = BLOCKS.filter(
  ({ language, title }) => ['ts', 'tsx', 'vue'].includes(language) && !ELSEWHERE.test(title),
)

const MOUNT_REACT = `
import * as example from 'code'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
export function mount(element) {
  const root = createRoot(element)
  root.render(createElement(Object.values(example)[0], { room: 'a', content: 'Hi' }))
  return () => root.unmount()
}`

const MOUNT_VUE = `
import Example from 'code'
import { createApp } from 'vue'
export function mount(element) {
  const app = createApp(Example, { room: 'a' })
  app.mount(element)
  return () => app.unmount()
}`

/** The package, which tells the page of each stream that is opened. */
const WATCHED = `
import { openStream as open } from 'sluicegate'
export * from 'sluicegate'
export function openStream(...args) {
  const stream = open(...args)
  window.opened.push(stream)
  return stream
}`

function entryOf({ language, code }: Block): string {
  if (language === 'tsx') return MOUNT_REACT
  if (language === 'vue') return MOUNT_VUE
  // The page's own chat, where an example goes on with one.
  const isGoingOn = /\bchat\.frames/.test(code) && !/const chat\b/.test(code)
  const chat = `import { openChat } from 'sluicegate/llm'; const chat = openChat('/chat', { messages });`
  // Backends elsewhere are the page's own server.
  return `${isGoingOn ? chat : ''}${code.replaceAll('https://api.example.com', '')}\nexport {}`
}

function codeOf({ language, code }: Block): string {
  if (language !== 'vue') return code
  return compileScript(parse(code).descriptor, { id: 'example', inlineTemplate: true }).content
}

const PLUGIN: Plugin = {
  name: 'examples',
  setup({ onResolve, onLoad }) {
    const at = (path: string) => EXAMPLES[Number(/\d+/.exec(path)?.[0])]!
    onResolve({ filter: /^example-\d+$/ }, ({ path }) => ({ path, namespace: 'example' }))
    onResolve({ filter: /^code$/, namespace: 'example' }, ({ importer }) => ({
      path: importer,
      namespace: 'code',
    }))
    onResolve({ filter: /^sluicegate$/, namespace: 'example' }, ({ path }) => ({
      path,
      namespace: 'watched',
    }))
    const from = { resolveDir: import.meta.dirname }
    onLoad({ filter: /./, namespace: 'example' }, ({ path }) => ({
      ...from,
      contents: entryOf(at(path)),
      loader: 'ts',
    }))
    onLoad({ filter: /./, namespace: 'code' }, ({ path }) => ({
      ...from,
      contents: codeOf(at(path)),
      loader: at(path).language === 'tsx' ? 'tsx' : 'ts',
    }))
    onLoad({ filter: /./, namespace: 'watched' }, () => ({ ...from, contents: WATCHED }))
  },
}

/** Bundles the examples. Returns the files by their paths: `/example-0.js` and so on, and what they share. */
export async function bundleExamples(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: EXAMPLES.map((_, index) => `example-${index}`),
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    outdir: '/',
    write: false,
    plugins: [PLUGIN],
  })
  return new Map(outputFiles.map(({ path, contents }) => [path, contents]))
}
