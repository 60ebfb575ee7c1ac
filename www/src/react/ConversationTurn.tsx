import { memo } from 'react'
import type { Turn } from '../chat/chat'
import { isRunning } from '../chat/exchange'
import type { SafeHtml } from '../chat/safe-html'
import { count, languageOf, statusLine } from '../chat/figures'
import { $words } from '../site/settings'
import { CopyButton } from './CopyButton'
import { useStore } from './useStore'

interface Props {
  turn: Turn
  /** Only the latest turn has it. */
  onRetry: (() => void) | undefined
}

export function ConversationTurn({ turn: { prompt, answer }, onRetry }: Props) {
  const words = useStore($words)
  const running = isRunning(answer.phase)
  /** The names that tests look for are on the last turn only. */
  const hook = (name: string) => (onRetry ? name : undefined)
  return (
    <article className="turn" data-phase={answer.phase}>
      <p className="question" lang={languageOf(prompt)}>
        <span className="unseen">{words.youAsked}</span>
        {prompt}
      </p>
      <div className="channel">
        <div
          className="answer"
          data-testid={hook('answer')}
          aria-live="polite"
          lang={languageOf(answer.text)}
        >
          {answer.blocks.settled.map((html, i) => (
            <Block key={i} html={html} />
          ))}
          {/* The block that grows is hidden from screen readers, which hear each one once, when it is whole. */}
          {(running || answer.blocks.tail !== '') && (
            <Block html={answer.blocks.tail} className="tail" />
          )}
        </div>
      </div>
      <div className="mark">
        <p role="status" data-testid={hook('status')}>
          {statusLine(answer, words)}
          {answer.tokens > 0 && !running && ` · ${words.tokens(count(answer.tokens))}`}
          {answer.resumed > 0 && ` · ${words.resumed(answer.resumed)}`}
        </p>
        {!running && answer.text !== '' && <CopyButton className="quiet" text={answer.text} />}
        {!running && onRetry && !answer.problem && (
          <button type="button" className="quiet" data-testid="retry" onClick={onRetry}>
            {words.retry}
          </button>
        )}
      </div>
      {answer.problem && (
        <div className="problem" role="alert">
          <code>{answer.problem.code}</code>
          <p>{answer.problem.message ?? words.truncated}</p>
          {onRetry && (
            <button type="button" className="button" data-testid="retry" onClick={onRetry}>
              {words.retry}
            </button>
          )}
        </div>
      )}
    </article>
  )
}

/** One block of an answer, which was sanitized when it was rendered. */
const Block = memo(({ html, className }: { html: SafeHtml; className?: string }) => (
  <div
    className={className}
    aria-hidden={className ? true : undefined}
    dangerouslySetInnerHTML={{ __html: html }}
  />
))
