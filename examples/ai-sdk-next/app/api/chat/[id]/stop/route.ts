import { findAnswer, stopAnswer } from '@/lib/answers'

/** Stops an answer. 202: it is not under way, and is stopped if it begins. 404: there is none. */
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const answer = await findAnswer(request, (await params).id)
  if (answer === undefined) return new Response(null, { status: 404 })
  const isStopped = await stopAnswer(answer)
  return new Response(null, { status: isStopped ? 200 : 202 })
}
