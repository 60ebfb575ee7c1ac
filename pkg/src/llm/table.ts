import type { ServerSentEvent } from '../event.js'
import { at, type Json, text } from './json.js'
import { hasAny, partBy, type Rule } from './rules.js'

/**
 * The formats whose events are recognised by their kind, one after each `#`.
 *
 * The first line is `name,kind,subkind`: where an event's kind and its subkind are; where there is no
 * kind, the event's name is it. Each other line has kinds, or `kind:subkind`, which goes before
 * `kind`, and what they have in common: members of a `Rule`. `*` is any other object with a kind.
 */
const TABLE = `message-frames,,type
messageStart
messageFragment text=content|text|fragment
messageEnd finishReason=finishReason isEnd=1
#relay
start
done finishReason=finishReason isUsage=1 isEnd=1
#anthropic,type,role
content_block_stop
message_start content=message.content
content_block_start content=content_block
content_block_delta text=delta.text reasoning=delta.thinking arguments=delta.partial_json
message_delta finishReason=delta.stop_reason refusal=delta.stop_details.explanation
message_stop isEnd=1
message:assistant id=id content=content finishReason=stop_reason isWhole=1
#openai-responses,type|object,item.type|status|summary_index|response.status
response.reasoning.delta response.reasoning_text.delta response.reasoning_summary_text.delta reasoning=delta
response.output_text.done response.content_part.done response.refusal.done response.output_item.done:message response.output_item.done:reasoning content=item|part|text refusal=refusal isWhole=output_index
response.completed response.done response.incomplete response.cancelled response id=response.id|id content=response.output|output finishReason=response.incomplete_details.reason|incomplete_details.reason|response.status|status isWhole=1 isEnd=1
response.refusal.delta refusal=delta
response.reasoning.done response.reasoning_text.done response.reasoning_summary_text.done reasoning=text isWhole=output_index
response.created response.in_progress response.reasoning_summary_part.added:0
response.reasoning_summary_part.added reasoning==\n\n
response.output_item.added:function_call response.output_item.added:custom_tool_call content=item
response.output_text.delta response.content_part.delta text=delta.text|delta
response.output_item.done:function_call response.output_item.done:custom_tool_call whole=item.arguments|item.input
response.function_call_arguments.delta response.function_call_arguments.done response.custom_tool_call_input.delta response.custom_tool_call_input.done arguments=delta whole=arguments|input
response.failed response.done:failed response:failed isFailed=1
#gemini-interactions,event_type|object,step.type|delta.type|interaction.status|status
interaction.created
step.start content=step
step.delta:text text=delta.text
step.delta:thought_summary reasoning=delta.content.text
step.delta:arguments_delta arguments=delta.arguments
interaction.completed interaction id=interaction.id|id content=interaction.steps|steps finishReason=interaction.status|status|=completed isWhole=1 isEnd=1
interaction.completed:failed interaction:failed isFailed=1
#ai-sdk,type
start message-metadata start-step text-start reasoning-start
text-delta text=delta|textDelta|text|payload.text
reasoning-delta reasoning=delta|textDelta|text|payload.text
tool-input-start tool-input-delta arguments=inputTextDelta
tool-input-available tool-input-error tool-call whole=input|payload.args
finish finishReason=finishReason|payload.stepResult.reason|=stop
abort finishReason==abort
#ag-ui,type,finishReason|metadata.tanstack.finishReason|outcome.type|=stop
RUN_STARTED
TEXT_MESSAGE_CONTENT TEXT_MESSAGE_CHUNK text=delta
REASONING_MESSAGE_CONTENT REASONING_MESSAGE_CHUNK THINKING_TEXT_MESSAGE_CONTENT reasoning=delta
TOOL_CALL_START TOOL_CALL_ARGS TOOL_CALL_CHUNK arguments=delta
RUN_FINISHED:tool_calls finishReason==tool_calls
RUN_FINISHED finishReason=finishReason|metadata.tanstack.finishReason|outcome.type|=stop isEnd=1
#coze,,type|=answer
conversation.chat.created conversation.chat.in_progress id=id
conversation.message.delta:answer text=content reasoning=reasoning_content
conversation.message.completed:answer text=content reasoning=reasoning_content isWhole=1
conversation.chat.completed conversation.chat.requires_action finishReason=status|=completed calls=required_action.submit_tool_outputs.tool_calls isWhole=1
conversation.chat.failed isFailed=1
#dify,event,data.status
workflow_started
message agent_message text=answer|data.content
text_chunk text=data.text
message_replace text=answer isWhole=1
message_end text=answer finishReason==stop isEnd=1
workflow_finished text=data.outputs.answer|data.outputs.text finishReason=data.status isWhole=1
workflow_finished:failed isFailed=1
#gemini,candidates|usageMetadata|promptFeedback
* content=candidates.*.content.parts refusal=promptFeedback.blockReasonMessage finishReason=candidates.*.finishReason|promptFeedback.blockReason`

/** The readers of these formats, by name. */
export const TABLE_FORMATS = Object.fromEntries(
  TABLE.split('\n#').map((format) => {
    const [head, ...lines] = format.split(/\n(?=\w|\*)/)
    const [name, kind, subkind] = head!.split(',')
    const rules = new Map<string, Rule>()
    for (const line of lines) {
      const rule: Record<string, string> = {}
      for (const word of line.split(' ')) {
        const [field, ...path] = word.split('=')
        if (path[0] === undefined) rules.set(word, rule)
        else rule[field!] = path.join('=')
      }
    }
    const read = (json: Json, { type }: ServerSentEvent) => {
      const found = at(json, kind)
      const sub = at(json, subkind)
      // Some send the response itself as the data of each event that has one.
      const isNamed = found === 'response' && type.startsWith('response.')
      const name = (!isNamed && text(found)) || (type === 'message' ? sub : type)
      const rule = rules.get(`${name}:${sub}`) ?? rules.get(name) ?? rules.get(found && '*')
      const part = rule && partBy(rule, json)
      // Without its text it is somebody else's event of the same name.
      return rule?.text && !hasAny(part!) ? undefined : part
    }
    return [name!, read]
  }),
)
