import { agUi } from './ag-ui.js'
import { aiSdk } from './ai-sdk.js'
import { anthropic } from './anthropic.js'
import { coze } from './coze.js'
import { dify } from './dify.js'
import type { Reader } from './format.js'
import { geminiInteractions } from './gemini-interactions.js'
import { gemini } from './gemini.js'
import { messageFrames } from './message-frames.js'
import { openaiChat } from './openai-chat.js'
import { openaiResponses } from './openai-responses.js'
import { plainJson } from './plain-json.js'

/** The formats whose events are JSON objects. The more an object has to have, the earlier. */
export const JSON_FORMATS = {
  'message-frames': messageFrames,
  anthropic,
  'openai-responses': openaiResponses,
  'gemini-interactions': geminiInteractions,
  'ai-sdk': aiSdk,
  'ag-ui': agUi,
  coze,
  dify,
  'openai-chat': openaiChat,
  gemini,
  ollama: plainJson,
  cloudflare: plainJson,
  'llama-cpp': plainJson,
} satisfies Record<string, Reader>
