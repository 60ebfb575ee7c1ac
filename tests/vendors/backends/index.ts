import type { Backend } from '../backend.js'
import { aiSdk } from './ai-sdk.js'
import { coze } from './coze.js'
import { dify } from './dify.js'
import { gemini } from './gemini.js'
import { langGraph } from './langgraph.js'
import { llamaCpp } from './llama-cpp.js'
import { openai } from './openai.js'
import { vllm } from './vllm.js'

export const BACKENDS = {
  openai,
  vllm,
  gemini,
  langgraph: langGraph,
  'llama-cpp': llamaCpp,
  'ai-sdk': aiSdk,
  dify,
  coze,
} satisfies Record<string, Backend>

export type BackendName = keyof typeof BACKENDS
