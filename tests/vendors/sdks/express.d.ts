// It comes without types.
declare module 'express' {
  import type { RequestListener } from 'node:http'

  interface App extends RequestListener {
    use(path: string, handler: unknown): void
    use(handler: unknown): void
  }
  export default function express(): App
}
