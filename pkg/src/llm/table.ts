import type { ServerSentEvent } from '../event.js'
import { at, type Json, text } from './json.js'
import { hasAny, partBy, type Rule } from './rules.js'

/**
 * The formats whose events are recognised by their kind, one after each `#`.
 *
 * The first line is `name,kind,subkind`: where an event's kind and its subkind are; where there is no
 * kind, the event's name is it. Each other line has a pattern of kinds, or of `kind:subkind`, and what
 * these have in common: members of a `Rule`. The first line that fits counts. `@` is an object as kind.
 */
const TABLE = `message-frames,,type
messageStart
messageFragment text=content|text|fragment
messageEnd finishReason=finishReason isEnd=1
#relay
start
done finishReason=finishReason isUsage=1 isEnd=1
#anthropic,type,role
content_block_delta text=delta.text reasoning=delta.thinking arguments=delta.partial_json
content_block_start content=content_block
content_block_stop
message_start content=message.content
message_delta finishReason=delta.stop_reason refusal=delta.stop_details.explanation
message_stop isEnd=1
message:assistant id=id content=content finishReason=stop_reason isWhole=1
#openai-responses,type|object,item.type|status|summary_index|response.status
response.(output_text|content_part|(output_)?audio.transcript).delta text=delta.text|delta
response.reasoning(_summary)?(_text)?.delta reasoning=delta
response.(function_call_arguments|custom_tool_call_input).(delta|done) arguments=delta whole=arguments|input
response.(output_text|content_part|refusal).done|response.output_item.done:(message|reasoning) content=item|part|text refusal=refusal isWhole=output_index
response.reasoning(_summary)?(_text)?.done reasoning=text isWhole=output_index
response.output_item.added:(function|custom_tool)_call content=item
response.output_item.done:(function|custom_tool)_call whole=item.arguments|item.input
response.refusal.delta refusal=delta
response.(created|in_progress)|response.reasoning_summary_part.added:0
response.reasoning_summary_part.added reasoning==\n\n
response.failed|response(.done)?:failed isFailed=1
response(.(completed|done|incomplete|cancelled))? id=response.id|id content=response.output|output|output_text|response.output_text finishReason=response.incomplete_details.reason|incomplete_details.reason|response.status|status isEnd=1 isWhole=1
#gemini-interactions,event_type|object,step.type|delta.type|interaction.status|status
step.delta:text text=delta.text
step.delta:thought_summary reasoning=delta.content.text|delta.text
step.delta:arguments_delta arguments=delta.arguments
step.start content=step
interaction.created
interaction(.completed)?:failed isFailed=1
interaction(.completed)? id=interaction.id|id content=interaction.steps|steps finishReason=interaction.status|status|=completed isWhole=1 isEnd=1
#ai-sdk,type
text-delta text=delta|text|textDelta|payload.text
reasoning-delta reasoning=delta|text|textDelta|payload.text
start(-step)?|message-metadata|(text|reasoning)-start
tool-input-(start|delta) arguments=inputTextDelta
tool-(input-available|input-error|call) whole=input|args|payload.args
finish finishReason=finishReason|payload.stepResult.reason|=stop
abort finishReason==abort
#ag-ui,type,messages.$.role|finishReason|metadata.tanstack.finishReason|outcome.type|=stop
TEXT_MESSAGE_C(ONTENT|HUNK) text=delta
(REASONING|THINKING_TEXT)_MESSAGE_C(ONTENT|HUNK) reasoning=delta
TOOL_CALL_(START|ARGS|CHUNK) arguments=delta
RUN_STARTED
MESSAGES_SNAPSHOT:assistant content=messages.$.content calls=messages.$.toolCalls isWhole=1
RUN_FINISHED:tool_calls finishReason==tool_calls
RUN_FINISHED finishReason=finishReason|metadata.tanstack.finishReason|outcome.type|=stop isEnd=1
#coze,,type|=answer
conversation.message.delta:answer text=content reasoning=reasoning_content
conversation.message.completed:answer text=content reasoning=reasoning_content isWhole=id
conversation.chat.(created|in_progress) id=id
conversation.chat.(completed|requires_action) finishReason=status|=completed calls=required_action.submit_tool_outputs.tool_calls isWhole=1
conversation.chat.failed isFailed=1
#dify,event,data.status
(agent_)?message text=answer|data.content
workflow_started
text_chunk text=data.text
message_replace text=answer isWhole=1
message_end text=answer finishReason==stop isEnd=1
workflow_finished:failed isFailed=1
workflow_finished text=data.outputs.answer|data.outputs.text|data.outputs.* finishReason=data.status isWhole=1
#gemini,candidates|usageMetadata|promptFeedback
@ content=candidates.*.content.parts refusal=promptFeedback.blockReasonMessage finishReason=candidates.*.finishReason|promptFeedback.blockReason`

/** The readers of these formats, by name. */
export const TABLE_FORMATS = Object.fromEntries(
  TABLE.split('\n#').map((format) => {
    const [head, ...lines] = format.split(/\n(?=\S)/)
    const [name, kind, subkind] = head!.split(',')
    const rules = lines.map((line): [kinds: RegExp, rule: Rule] => {
      const [kinds, ...members] = line.split(' ')
      const rule = members.map((member) => member.split(/=(.*)/s))
      return [RegExp(`^(${kinds})(:|$)`), Object.fromEntries(rule) as Rule]
    })
    const read = (json: Json, { type }: ServerSentEvent) => {
      const found = at(json, kind)
      const sub = at(json, subkind)
      // Some send the response itself as the data of each event that has one.
      const isNamed = found === 'response' && type.startsWith('response.')
      const own = !isNamed && found && (text(found) ?? '@')
      const name = `${own || (type === 'message' ? sub : type)}:${sub}`
      const [, rule] = rules.find(([kinds]) => kinds.test(name)) ?? []
      const part = rule && partBy(rule, json)
      // Without its text it is somebody else's event of the same name.
      return rule?.text && !hasAny(part!) ? undefined : part
    }
    return [name!, read]
  }),
)
