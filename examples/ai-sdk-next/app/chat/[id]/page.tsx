import { ChatLoader } from './chat-loader'

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return <ChatLoader key={id} id={id} />
}
