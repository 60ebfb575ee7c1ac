import { decode } from 'sluicegate'
import { Chat } from './chat'
import { UseChat } from './use-chat'

type Parameters = { [name in 'chat' | 'cancel' | 'useChat']: string }

/** Rendered on the server, at each request. */
export default async function Page({ searchParams }: { searchParams: Promise<Parameters> }) {
  const { chat, cancel, useChat } = await searchParams
  let decoded = ''
  for await (const event of decode('data: decoded on the server\n\n')) decoded += event.data
  return (
    <>
      {useChat ? <UseChat api={useChat} /> : <Chat chat={chat} cancel={cancel} />}
      <p>{decoded}</p>
    </>
  )
}
