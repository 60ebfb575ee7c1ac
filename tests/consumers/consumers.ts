/** Who installs the package: a folder of apps/ each. */

/**
 * What runs the app. Commands are run in its folder; a `*` in a program's path stands for the one folder that is there:
 * npm installs the build for this machine only.
 */
export type Kind =
  /** Files that any web server can serve. */
  | { in: 'page'; path: string }
  /** An extension for Chromium in the folder `dist`, which has a page. */
  | { in: 'extension'; path: string }
  /** A web server of its own, which takes the port from the variable `PORT` and prints when it is ready. */
  | { in: 'site'; command: Command; ready: RegExp }
  /** A program that prints each piece of text. */
  | { in: 'terminal'; command: Command }
  /** A server that answers with each piece of text, and prints its address. */
  | { in: 'worker'; command: Command; address: RegExp }

/** The program `node` is the one that the app is to run in. */
export type Command = [program: string, ...args: string[]]

export interface Consumer {
  /** Its folder. */
  name: string
  title: string
  kind: Kind
  /** What is copied from apps/common. */
  common: string[]
  /** The packages whose versions matter, as installed. */
  versions: string[]
  /** The folder with all that is downloaded, where something is built. */
  bundle?: string
  /** Whether its page can also show a chat by the AI SDK's `useChat`. */
  hasUseChat?: true
  /** Whether its tools refuse the oldest Node that this project supports. */
  needsNewerNode?: true
}

const PAGE: Kind = { in: 'page', path: 'index.html' }
const BUILT_PAGE: Kind = { in: 'page', path: 'dist/index.html' }
const CHAT = ['chat.js', 'index.html']

export const CONSUMERS: Consumer[] = [
  {
    name: 'vite-vue',
    title: 'Vite and Vue',
    kind: BUILT_PAGE,
    common: [],
    versions: ['vite', 'vue', '@ai-sdk/vue', 'ai'],
    bundle: 'dist',
    hasUseChat: true,
  },
  {
    name: 'vite-react',
    title: 'Vite and React',
    kind: BUILT_PAGE,
    common: [],
    versions: ['vite', 'react', '@ai-sdk/react', 'ai'],
    bundle: 'dist',
    hasUseChat: true,
  },
  {
    name: 'webpack',
    title: 'webpack',
    kind: PAGE,
    common: ['chat.js'],
    versions: ['webpack'],
    bundle: 'dist',
  },
  {
    name: 'vite-slim',
    title: 'Vite, `sluicegate/slim`',
    kind: BUILT_PAGE,
    common: [],
    versions: ['vite'],
    bundle: 'dist',
  },
  {
    name: 'webpack-slim',
    title: 'webpack, `sluicegate/slim`',
    kind: PAGE,
    common: [],
    versions: ['webpack'],
    bundle: 'dist',
  },
  {
    name: 'rollup',
    title: 'Rollup',
    kind: PAGE,
    common: CHAT,
    versions: ['rollup'],
    bundle: 'dist',
  },
  {
    name: 'esbuild',
    title: 'esbuild',
    kind: PAGE,
    common: CHAT,
    versions: ['esbuild'],
    bundle: 'dist',
  },
  {
    name: 'next',
    title: 'Next.js (app router)',
    kind: {
      in: 'site',
      command: ['node', 'node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1'],
      ready: /Ready in/,
    },
    common: [],
    versions: ['next', 'react', '@ai-sdk/react', 'ai'],
    bundle: '.next/static',
    hasUseChat: true,
  },
  {
    name: 'sveltekit',
    title: 'SvelteKit 2',
    kind: { in: 'site', command: ['node', 'build'], ready: /Listening on/ },
    common: [],
    versions: ['@sveltejs/kit', 'svelte', 'vite'],
    bundle: 'build/client',
  },
  {
    name: 'sveltekit-3',
    title: 'SvelteKit 3',
    kind: { in: 'site', command: ['node', 'build'], ready: /Listening on/ },
    common: [],
    versions: ['@sveltejs/kit', 'svelte', 'vite'],
    bundle: 'build/client',
    needsNewerNode: true,
  },
  {
    name: 'nuxt',
    title: 'Nuxt 4',
    kind: { in: 'site', command: ['node', '.output/server/index.mjs'], ready: /Listening on/ },
    common: [],
    versions: ['nuxt', 'vue'],
    bundle: '.output/public',
    needsNewerNode: true,
  },
  {
    name: 'import-map',
    title: 'import map, no build',
    kind: PAGE,
    common: ['chat.js'],
    versions: [],
  },
  {
    name: 'dedicated-worker',
    title: 'dedicated worker (Vite)',
    kind: BUILT_PAGE,
    common: ['worker.js'],
    versions: ['vite'],
    bundle: 'dist',
  },
  {
    name: 'service-worker',
    title: 'service worker (esbuild)',
    kind: BUILT_PAGE,
    common: ['worker.js'],
    versions: ['esbuild'],
    bundle: 'dist',
  },
  {
    name: 'extension',
    title: 'extension (Manifest V3), in its page',
    kind: { in: 'extension', path: 'index.html' },
    common: ['chat.js'],
    versions: [],
    bundle: 'dist',
  },
  {
    name: 'extension-worker',
    title: 'extension (Manifest V3), in its service worker, `sluicegate/compat`',
    kind: { in: 'extension', path: 'index.html' },
    common: [],
    versions: [],
    bundle: 'dist',
  },
  {
    name: 'node',
    title: 'Node',
    kind: { in: 'terminal', command: ['node', 'terminal.js'] },
    common: ['terminal.js'],
    versions: [],
  },
  {
    name: 'deno',
    title: 'Deno',
    kind: {
      in: 'terminal',
      command: ['node_modules/@deno/*/deno', 'run', '--allow-net', 'terminal.js'],
    },
    common: ['terminal.js'],
    versions: ['deno'],
  },
  {
    name: 'bun',
    title: 'Bun',
    kind: { in: 'terminal', command: ['node_modules/@oven/*/bin/bun', 'terminal.js'] },
    common: ['terminal.js'],
    versions: ['bun'],
  },
  {
    name: 'workerd',
    title: "Cloudflare's workerd (wrangler)",
    kind: {
      in: 'worker',
      command: [
        'node',
        'node_modules/wrangler/bin/wrangler.js',
        'dev',
        '--ip=127.0.0.1',
        '--port=0',
        '--show-interactive-dev-session=false',
      ],
      address: /Ready on (http:\S+)\n/,
    },
    common: [],
    versions: ['wrangler', 'workerd'],
    bundle: 'dist',
    needsNewerNode: true,
  },
]
