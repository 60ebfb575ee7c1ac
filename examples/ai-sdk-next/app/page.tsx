import { generateId } from 'ai'
import { redirect } from 'next/navigation'

export const dynamic = 'force-dynamic'

/** Begins a chat. */
export default function Page() {
  redirect(`/chat/${generateId()}`)
}
