// The own clients of Anthropic, Ollama, Google and Coze.

import Anthropic from '@anthropic-ai/sdk'
import * as cozePackage from '@coze/api'
import { GoogleGenAI } from '@google/genai'
import { Ollama } from 'ollama/browser'
import { type Client, joined, nothing, respond, serve } from './common.js'

export const anthropic: Client = async (transcript) => {
  const client = new Anthropic({ apiKey: 'none', maxRetries: 0, fetch: respond(transcript) })
  const stream = client.messages.stream({ model: 'm', max_tokens: 1, messages: [] })
  const message = await stream.finalMessage()
  const { content, usage } = message
  return {
    text: content.flatMap((block) => (block.type === 'text' ? block.text : [])).join(''),
    reasoning: joined(content.map((block) => (block.type === 'thinking' ? block.thinking : ''))),
    finishReason: message.stop_reason,
    toolCalls: content.flatMap((block) =>
      block.type === 'tool_use' ? { id: block.id, name: block.name, arguments: block.input } : [],
    ),
    inputTokens:
      usage.input_tokens +
      (usage.cache_creation_input_tokens ?? 0) +
      (usage.cache_read_input_tokens ?? 0),
    outputTokens: usage.output_tokens,
  }
}

export const ollama: Client = async (transcript) => {
  const client = new Ollama({ fetch: respond(transcript) })
  const answer = nothing()
  const thoughts: (string | undefined)[] = []
  const lines = transcript.name.includes('generate')
    ? await client.generate({ model: 'm', prompt: '', stream: true })
    : await client.chat({ model: 'm', messages: [], stream: true })
  for await (const line of lines) {
    answer.text += 'message' in line ? line.message.content : (line.response ?? '')
    thoughts.push('message' in line ? line.message.thinking : line.thinking)
    for (const call of 'message' in line ? (line.message.tool_calls ?? []) : []) {
      const { name, arguments: args } = call.function
      answer.toolCalls.push({ id: (call as { id?: string }).id ?? '', name, arguments: args })
    }
    if (!line.done) continue
    answer.finishReason = line.done_reason
    answer.inputTokens = line.prompt_eval_count
    answer.outputTokens = line.eval_count
  }
  answer.reasoning = joined(thoughts)
  return { ...answer, reasoning: answer.reasoning || undefined }
}

async function google(transcript: Parameters<Client>[0]): Promise<GoogleGenAI> {
  const httpOptions = { baseUrl: await serve(transcript), retryOptions: { attempts: 1 } }
  return new GoogleGenAI({ apiKey: 'none', httpOptions })
}

export const gemini: Client = async (transcript) => {
  const { models } = await google(transcript)
  const answer = { ...nothing(), reasoning: '' }
  let thoughts: number | undefined
  for await (const chunk of await models.generateContentStream({ model: 'm', contents: 'hi' })) {
    const [candidate] = chunk.candidates ?? []
    for (const part of candidate?.content?.parts ?? []) {
      if (part.thought) answer.reasoning += part.text ?? ''
      else answer.text += part.text ?? ''
    }
    for (const { id = '', name, args } of chunk.functionCalls ?? []) {
      answer.toolCalls.push({ id, name: name!, arguments: args ?? {} })
    }
    answer.finishReason =
      candidate?.finishReason ?? chunk.promptFeedback?.blockReason ?? answer.finishReason
    const { usageMetadata: usage } = chunk
    answer.inputTokens = usage?.promptTokenCount ?? answer.inputTokens
    thoughts = usage?.thoughtsTokenCount ?? thoughts
    const { candidatesTokenCount } = usage ?? {}
    if (candidatesTokenCount !== undefined) answer.outputTokens = candidatesTokenCount
  }
  if (thoughts !== undefined) answer.outputTokens = (answer.outputTokens ?? 0) + thoughts
  return { ...answer, reasoning: answer.reasoning || undefined }
}

export const geminiInteractions: Client = async (transcript) => {
  const { interactions } = await google(transcript)
  const answer = { ...nothing(), reasoning: '' }
  const calls = new Map<number, { id: string; name: string; initial: unknown; text: string }>()
  for await (const event of await interactions.create({ model: 'm', input: 'hi', stream: true })) {
    if (event.event_type === 'error') throw new Error(event.error?.message)
    if (event.event_type === 'step.start' && event.step.type === 'function_call') {
      const { id, name, arguments: initial } = event.step
      calls.set(event.index, { id, name, initial, text: '' })
    }
    if (event.event_type === 'step.delta') {
      const { delta, index } = event
      if (delta.type === 'text') answer.text += delta.text
      if (delta.type === 'thought_summary' && delta.content?.type === 'text') {
        answer.reasoning += delta.content.text
      }
      if (delta.type === 'arguments_delta') calls.get(index)!.text += delta.arguments ?? ''
    }
    if (event.event_type !== 'interaction.completed') continue
    const { status, usage } = event.interaction
    if (status === 'failed') throw new Error('failed')
    answer.finishReason = status
    answer.inputTokens = usage?.total_input_tokens
    answer.outputTokens =
      usage && (usage.total_output_tokens ?? 0) + (usage.total_thought_tokens ?? 0)
  }
  answer.toolCalls = [...calls.values()].map(({ id, name, initial, text }) => {
    return { id, name, arguments: text ? JSON.parse(text) : (initial ?? {}) }
  })
  return { ...answer, reasoning: answer.reasoning || undefined }
}

interface CozeMessage {
  type: string
  content?: string
  reasoning_content?: string
}

interface CozeChat {
  status?: string
  last_error?: { msg: string }
  usage?: { input_count: number; output_count: number }
  required_action?: {
    submit_tool_outputs: {
      tool_calls: { id: string; function: { name: string; arguments: string } }[]
    }
  }
}

// Their declarations import each other without extensions, which Node's resolution doesn't allow.
const { CozeAPI } = cozePackage as unknown as {
  CozeAPI: new (options: object) => {
    chat: { stream(request: object): AsyncIterable<{ event: string; data: unknown }> }
  }
}

export const coze: Client = async (transcript) => {
  const { chat } = new CozeAPI({ token: 'none', baseURL: await serve(transcript) })
  const answer = { ...nothing(), reasoning: '' }
  for await (const { event, data } of chat.stream({ bot_id: 'b' })) {
    const { type, content, reasoning_content } = data as CozeMessage
    const { status, last_error, usage, required_action } = data as CozeChat
    if (event === 'error') throw new Error((data as { msg: string }).msg)
    if (event === 'conversation.chat.failed') throw new Error(last_error?.msg)
    if (event === 'conversation.message.delta' && type === 'answer') {
      answer.text += content ?? ''
      answer.reasoning += reasoning_content ?? ''
    }
    if (event === 'conversation.chat.requires_action') answer.finishReason = 'requires_action'
    if (event === 'conversation.chat.completed') answer.finishReason = status
    for (const { id, function: call } of required_action?.submit_tool_outputs.tool_calls ?? []) {
      answer.toolCalls.push({ id, name: call.name, arguments: JSON.parse(call.arguments) })
    }
    answer.inputTokens = usage?.input_count ?? answer.inputTokens
    answer.outputTokens = usage?.output_count ?? answer.outputTokens
  }
  return { ...answer, reasoning: answer.reasoning || undefined }
}
