import { createClient } from 'redis'

const URL = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'

/** Connects once, when it is first needed: `next build` loads this module, too. */
function once<T>(connect: () => Promise<T>): () => Promise<T> {
  let connecting: Promise<T> | undefined
  return () => (connecting ??= connect())
}

async function connect() {
  const client = createClient({ url: URL })
  client.on('error', (error) => console.error('Redis:', error))
  return client.connect()
}

export const redis = once(connect)

/** A connection that subscribes can do nothing else. */
export const subscriber = once(connect)
