import type { FormEvent, KeyboardEvent, RefObject } from 'react'
import { sends } from '../chat/prompt'
import { $words } from '../site/settings'
import { useStore } from './useStore'

interface Props {
  field: RefObject<HTMLTextAreaElement | null>
  draft: string
  running: boolean
  onDraft: (draft: string) => void
  onSend: () => void
  onStop: () => void
}

export function PromptBox({ field, draft, running, onDraft, onSend, onStop }: Props) {
  const words = useStore($words)
  const send = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault()
    onSend()
  }
  return (
    <form className="prompt-box" onSubmit={send}>
      <label className="unseen" htmlFor="prompt">
        {words.question}
      </label>
      {/* The label's text, laid out under the field, makes the field as tall as what was typed. */}
      <div className="grower" data-text={draft}>
        <textarea
          id="prompt"
          ref={field}
          value={draft}
          data-testid="prompt"
          rows={1}
          placeholder={words.placeholder}
          enterKeyHint="send"
          onChange={({ target }) => onDraft(target.value)}
          onKeyDown={(event) => sends(event.nativeEvent) && send(event)}
        />
      </div>
      {running ? (
        <button type="button" className="button button-stop" data-testid="stop" onClick={onStop}>
          {words.stop}
        </button>
      ) : (
        <button className="button button-send" data-testid="send" disabled={draft.trim() === ''}>
          {words.send}
        </button>
      )}
      <p className="keys">
        {words.keys.map(([key, does]) => (
          <span key={key}>
            <kbd>{key}</kbd> {does}
          </span>
        ))}
      </p>
    </form>
  )
}
