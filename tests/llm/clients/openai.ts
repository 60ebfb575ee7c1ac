// OpenAI's own client: Chat Completions, legacy Completions and Responses; and Mistral's dialect.

import { HTTPClient } from '@mistralai/mistralai/lib/http.js'
import { Mistral } from '@mistralai/mistralai'
import OpenAI from 'openai'
import { type Client, joined, nothing, respond } from './common.js'

function clientOf(fetch: typeof globalThis.fetch): OpenAI {
  return new OpenAI({ apiKey: 'none', maxRetries: 0, fetch })
}

export const openaiChat: Client = async (transcript) => {
  const stream = clientOf(respond(transcript)).chat.completions.stream({ model: 'm', messages: [] })
  const reasoning: string[] = []
  stream.on('chunk', ({ choices }) => {
    const delta = choices[0]?.delta as { reasoning_content?: string } | undefined
    reasoning.push(delta?.reasoning_content ?? '')
  })
  const { choices, usage } = await stream.finalChatCompletion()
  const { finish_reason, message } = choices[0]!
  return {
    text: message.content ?? '',
    reasoning: joined(reasoning),
    finishReason: finish_reason,
    toolCalls: (message.tool_calls ?? []).flatMap((call) =>
      call.type === 'function'
        ? {
            id: call.id,
            name: call.function.name,
            arguments: JSON.parse(call.function.arguments || '{}'),
          }
        : [],
    ),
    inputTokens: usage?.prompt_tokens,
    outputTokens: usage?.completion_tokens,
  }
}

export const completions: Client = async (transcript) => {
  const client = clientOf(respond(transcript))
  const answer = nothing()
  for await (const { choices, usage } of await client.completions.create({
    model: 'm',
    prompt: '',
    stream: true,
  })) {
    answer.text += choices[0]?.text ?? ''
    answer.finishReason = choices[0]?.finish_reason ?? answer.finishReason
    answer.inputTokens = usage?.prompt_tokens ?? answer.inputTokens
    answer.outputTokens = usage?.completion_tokens ?? answer.outputTokens
  }
  return { ...answer, reasoning: answer.reasoning || undefined }
}

export const openaiResponses: Client = async (transcript) => {
  const stream = clientOf(respond(transcript)).responses.stream({ model: 'm', input: '' })
  const response = await stream.finalResponse()
  // Their helper hands a failed response out; ours throws.
  if (response.status === 'failed') throw new Error(response.error?.message)
  return {
    text: response.output_text,
    reasoning: joined(
      response.output.map((item) =>
        item.type === 'reasoning' ? item.summary.map(({ text }) => text).join('\n\n') : '',
      ),
    ),
    finishReason: response.incomplete_details?.reason ?? response.status,
    toolCalls: response.output.flatMap((item) =>
      item.type === 'function_call'
        ? { id: item.call_id, name: item.name, arguments: JSON.parse(item.arguments) }
        : [],
    ),
    inputTokens: response.usage?.input_tokens,
    outputTokens: response.usage?.output_tokens,
  }
}

export const mistral: Client = async (transcript) => {
  const httpClient = new HTTPClient({ fetcher: respond(transcript) })
  const client = new Mistral({ apiKey: 'none', httpClient, retryConfig: { strategy: 'none' } })
  const answer = { ...nothing(), reasoning: '' }
  const calls = new Map<number, { id?: string; name: string; arguments: string }>()
  for await (const { data } of await client.chat.stream({ model: 'm', messages: [] })) {
    const { delta, finishReason } = data.choices[0] ?? {}
    const { content, toolCalls } = delta ?? {}
    if (typeof content === 'string') answer.text += content
    for (const part of Array.isArray(content) ? content : []) {
      if (part.type === 'text') answer.text += part.text
      if (part.type !== 'thinking') continue
      for (const inner of part.thinking) answer.reasoning += 'text' in inner ? inner.text : ''
    }
    for (const { index = 0, id, function: call } of toolCalls ?? []) {
      const known = calls.get(index) ?? { name: call.name, arguments: '', ...(id && { id }) }
      known.arguments +=
        typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments)
      calls.set(index, known)
    }
    answer.finishReason = finishReason ?? answer.finishReason
    answer.inputTokens = data.usage?.promptTokens ?? answer.inputTokens
    answer.outputTokens = data.usage?.completionTokens ?? answer.outputTokens
  }
  answer.toolCalls = [...calls.values()].map((call) => {
    return { ...call, arguments: JSON.parse(call.arguments) }
  })
  return { ...answer, reasoning: answer.reasoning || undefined }
}
