import { nanoid } from 'nanoid'
import { useMemo, useState } from 'react'
import { $conversations } from '../chat/conversations'
import { languageOf } from '../chat/figures'
import { $words } from '../site/settings'
import { useStore } from './useStore'

export function ConversationList({ open }: { open: string }) {
  const words = useStore($words)
  const conversations = useStore($conversations)
  /** Only a narrow page folds the list away. */
  const [unfolded, setUnfolded] = useState(false)
  // Another one each time something was opened: who follows the link twice means two conversations.
  const fresh = useMemo(() => `#${open && nanoid()}`, [open])
  const fold = () => setUnfolded(false)
  return (
    <nav
      className={unfolded ? 'conversations unfolded' : 'conversations'}
      aria-label={words.conversations}
    >
      <button
        type="button"
        className="fold"
        aria-expanded={unfolded}
        aria-controls="conversation-list"
        onClick={() => setUnfolded(!unfolded)}
      >
        <span>{words.conversations}</span> <span>{conversations.length}</span>
      </button>
      <div id="conversation-list" className="fold-body">
        <a className="button" data-testid="new" href={fresh} onClick={fold}>
          {words.newConversation}
        </a>
        {conversations.length > 0 ? (
          <>
            <ul>
              {conversations.map(({ id, turns: [first] }) => (
                <li key={id}>
                  <a
                    href={`#${id}`}
                    lang={languageOf(first!.prompt)}
                    aria-current={id === open ? 'true' : undefined}
                    onClick={fold}
                  >
                    {first!.prompt}
                  </a>
                </li>
              ))}
            </ul>
            <button type="button" className="quiet" onClick={() => $conversations.set([])}>
              {words.forget}
            </button>
          </>
        ) : (
          <p className="hint">{words.noConversations}</p>
        )}
      </div>
    </nav>
  )
}
