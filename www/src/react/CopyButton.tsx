import { useState } from 'react'
import { $words } from '../site/settings'
import { useStore } from './useStore'

export function CopyButton({ text, className }: { text: string; className: string }) {
  const words = useStore($words)
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <button type="button" className={className} onClick={copy} onBlur={() => setCopied(false)}>
      <span role="status">{copied ? words.copied : words.copy}</span>
    </button>
  )
}
