import { findAnswer, resumeAnswer } from '@/lib/answers'

/** Sends an answer again, from its start. 204: there is none. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const answer = await findAnswer(request, (await params).id)
  return answer === undefined ? new Response(null, { status: 204 }) : resumeAnswer(answer)
}
