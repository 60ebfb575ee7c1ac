import type { Reader } from './format.js'
import { openaiChat } from './openai-chat.js'
import { plainJson } from './plain-json.js'
import { TABLE_FORMATS } from './table.js'

/** The formats of vendors and protocols whose events are JSON objects. */
export type JsonFormat =
  | 'message-frames'
  | 'anthropic'
  | 'openai-responses'
  | 'gemini-interactions'
  | 'ai-sdk'
  | 'ag-ui'
  | 'coze'
  | 'dify'
  | 'openai-chat'
  | 'gemini'
  | 'ollama'
  | 'cloudflare'
  | 'llama-cpp'

const { relay: _, ...others } = TABLE_FORMATS as Record<JsonFormat | 'relay', Reader>

/** Their readers. The more an object has to have, the earlier. */
export const JSON_FORMATS: Record<JsonFormat, Reader> = {
  ...others,
  'openai-chat': openaiChat,
  ollama: plainJson,
  cloudflare: plainJson,
  'llama-cpp': plainJson,
}
