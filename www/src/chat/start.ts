import { nanoid } from 'nanoid'
import { applySettings } from '../site/settings'
import { Chat } from './chat'
import { followModels } from './models'

/** Starts what a chat page needs, whichever framework shows it. The address's fragment names its conversation. */
export function startChat(): Chat {
  applySettings()
  followModels()
  const chat = new Chat()
  const open = () => chat.open(location.hash.slice(1) || nanoid())
  if (location.hash !== '') open()
  addEventListener('hashchange', open)
  addEventListener('pagehide', () => chat.save())
  chat.$conversation.subscribe((id) => history.replaceState(null, '', `#${id}`))
  return chat
}
