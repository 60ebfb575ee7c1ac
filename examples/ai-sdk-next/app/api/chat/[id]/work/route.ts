import { readWork } from '@/lib/work'

/** Says what the model has done for a chat. */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  return Response.json(await readWork((await params).id))
}
