import { decode } from 'sluicegate'
import { Chat } from './chat'

type Parameters = { [name in 'chat' | 'cancel']: string }

/** Rendered on the server, at each request. */
export default async function Page({ searchParams }: { searchParams: Promise<Parameters> }) {
  const { chat, cancel } = await searchParams
  let decoded = ''
  for await (const event of decode('data: decoded on the server\n\n')) decoded += event.data
  return (
    <>
      <Chat chat={chat} cancel={cancel} />
      <p>{decoded}</p>
    </>
  )
}
