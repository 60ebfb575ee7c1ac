import { type RefObject, useEffect, useRef, useState } from 'react'
import { StickToEnd } from '../chat/stick-to-end'

/** `StickToEnd` for a component: `away` tells that the reader is elsewhere, `toEnd` goes back. */
export function useStickToEnd(
  view: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
) {
  const [away, setAway] = useState(false)
  const stick = useRef<StickToEnd>(undefined)
  useEffect(() => {
    stick.current = new StickToEnd(view.current!, content.current!, setAway)
    return () => stick.current?.destroy()
  }, [view, content])
  return { away, toEnd: () => stick.current?.toEnd() }
}
