import * as axum from '../../recipes/axum/src/main.rs?highlight'
import * as express from '../../recipes/backends/express.js?highlight'
import * as fastapi from '../../recipes/backends/fastapi_chat.py?highlight'
import * as spring from '../../recipes/backends/spring/ChatController.java?highlight'
import * as angular from '../../recipes/clients/chat.component.ts?highlight'
import * as react from '../../recipes/clients/Chat.jsx?highlight'
import * as query from '../../recipes/clients/Chat.query.jsx?highlight'
import * as solid from '../../recipes/clients/Chat.solid.jsx?highlight'
import * as svelte from '../../recipes/clients/Chat.svelte?highlight'
import * as vue from '../../recipes/clients/Chat.vue?highlight'
import * as plain from '../../recipes/clients/plain.html?highlight'
import * as withWorker from '../../recipes/clients/with-worker.html?highlight'
import * as worker from '../../recipes/clients/worker.js?highlight'
import * as leptos from '../../recipes/leptos/src/main.rs?highlight'

/** A file to copy: its text, and the same as highlighted HTML. */
export interface RecipeFile {
  name: string
  source: string
  html: string
}

export interface Recipe {
  id: string
  name: string
  /** The commands that it needs. */
  setup: string
  files: RecipeFile[]
}

const NPM = 'npm install sluicegate'

const EXAMPLE = '../../../examples/ai-sdk-next/'
const example = import.meta.glob<Omit<RecipeFile, 'name'>>(
  [
    '../../../examples/ai-sdk-next/{app/api,app/chat,lib}/**/*.{ts,tsx}',
    '!../../../examples/ai-sdk-next/app/api/**/work/*',
  ],
  { query: '?highlight', eager: true },
)

/** What runs in the page. */
export const CLIENTS: Recipe[] = [
  {
    id: 'plain',
    name: 'Plain JavaScript',
    setup: NPM,
    files: [{ name: 'index.html', ...plain }],
  },
  { id: 'vue', name: 'Vue', setup: NPM, files: [{ name: 'Chat.vue', ...vue }] },
  { id: 'react', name: 'React', setup: NPM, files: [{ name: 'Chat.jsx', ...react }] },
  { id: 'svelte', name: 'Svelte', setup: NPM, files: [{ name: 'Chat.svelte', ...svelte }] },
  { id: 'solid', name: 'Solid', setup: NPM, files: [{ name: 'Chat.jsx', ...solid }] },
  {
    id: 'angular',
    name: 'Angular',
    setup: NPM,
    files: [{ name: 'chat.component.ts', ...angular }],
  },
  {
    id: 'query',
    name: 'TanStack Query',
    setup: `${NPM} @tanstack/react-query`,
    files: [{ name: 'Chat.jsx', ...query }],
  },
  {
    id: 'worker',
    name: 'Web Worker',
    setup: NPM,
    files: [
      { name: 'worker.js', ...worker },
      { name: 'index.html', ...withWorker },
    ],
  },
  {
    id: 'leptos',
    name: 'Leptos',
    setup:
      'cargo add sluicegate futures js-sys\ncargo add leptos --features csr\ncargo add serde --features derive',
    files: [{ name: 'src/main.rs', ...leptos }],
  },
]

/** What answers it. */
export const BACKENDS: Recipe[] = [
  {
    id: 'spring',
    name: 'Spring',
    setup: 'implementation("org.springframework.boot:spring-boot-starter-web")',
    files: [{ name: 'ChatController.java', ...spring }],
  },
  {
    id: 'axum',
    name: 'axum',
    setup:
      'cargo add async-stream axum futures serde_json tokio-util\n' +
      'cargo add serde --features derive\n' +
      'cargo add tokio --features macros,net,rt-multi-thread,time',
    files: [{ name: 'src/main.rs', ...axum }],
  },
  {
    id: 'fastapi',
    name: 'FastAPI',
    setup: 'pip install fastapi uvicorn\nuvicorn fastapi_chat:app',
    files: [{ name: 'fastapi_chat.py', ...fastapi }],
  },
  {
    id: 'express',
    name: 'Express',
    setup: 'npm install express\nnode server.mjs',
    files: [{ name: 'server.mjs', ...express }],
  },
]

/** What comes with a backend of its own. */
export const APPS: Recipe[] = [
  {
    id: 'ai-sdk',
    name: 'AI SDK in Next.js',
    setup: `${NPM} ai @ai-sdk/react resumable-stream redis`,
    files: Object.entries(example).map(([path, file]) => ({
      name: path.slice(EXAMPLE.length),
      ...file,
    })),
  },
]
