import { useLayoutEffect, useState } from 'react'
import { useEventStream } from 'sluicegate/react'
import type { Chat } from '../chat/chat'
import { Relay } from '../chat/relay'
import { $relay } from '../site/settings'
import { ConversationTurn } from './ConversationTurn'
import { useStore } from './useStore'

/** One conversation and its stream, which ends with this component. */
export function ConversationTurns({ chat, onRetry }: { chat: Chat; onRetry: () => void }) {
  const turns = useStore(chat.$turns)
  const latest = turns.at(-1)
  const url = new Relay(useStore($relay)).at('chat')
  const [options] = useState(() => ({ ...chat.options, immediate: false }))
  const { start, cancel, text, status, error, stats } = useEventStream(url, options)

  useLayoutEffect(() => chat.attach({ start, cancel }), [chat, start, cancel])
  // Not later: the next answer may have begun by then.
  useLayoutEffect(() => {
    chat.follow({ start, text, status, error, stats })
  }, [chat, start, text, status, error, stats])

  return turns.map((turn) => (
    <ConversationTurn key={turn.id} turn={turn} onRetry={turn === latest ? onRetry : undefined} />
  ))
}
