import { readChat } from '@/lib/chats'

/** Sends a chat as it is now. */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  return Response.json(await readChat((await params).id))
}
