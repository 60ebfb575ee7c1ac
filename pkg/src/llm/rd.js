import { openStream as e } from './open-stream.js'
import { tagOf as t } from './bytes.js'
import { invalid as n } from './fetch/request.js'
import { EventSequence as r, viewOf as i } from './sequence.js'
import { StreamError as a } from './error.js'
import { isText as o } from './event.js'
import { reasonIn as s, reasonOf as c } from './fetch/response.js'
function l(e) {
  try {
    return JSON.parse(e)
  } catch {
    return
  }
}
function u(e) {
  return d(l(e))
}
function d(e) {
  return typeof e == `object` && e && !Array.isArray(e) ? e : void 0
}
function f(e) {
  return typeof e == `string` && e !== `` ? e : void 0
}
function p(e) {
  return Array.isArray(e) ? e : []
}
function m(e) {
  return typeof e == `object` && e ? JSON.stringify(e) : f(e)
}
const h = /* @__PURE__ */ new Map()
function g(e, t = `=`) {
  let n = h.get(t)
  n || h.set(t, (n = t.split(`|`).map((e) => e.split(`.`))))
  for (let t of n) {
    let n = e
    for (let e of t) {
      if (e[0] === `=`) return e.slice(1)
      n = e === `*` ? p(n).find((e) => !e?.index) : n?.[e]
    }
    if (n != null && n !== ``) return n
  }
}
function _() {
  let e = ``
  return (t, n) => {
    if (n && !e) return t
    let r = e + (t ?? ``)
    return (
      (e = ``),
      r.replace(/([\ud800-\udbff]$)|\p{Surrogate}/gu, (n, r) =>
        t == null || !r ? `�` : ((e = r), ``),
      )
    )
  }
}
function v(e, t) {
  let n = { ...e?.raw }
  for (let [e, r] of Object.entries(t.raw ?? {})) n[e] = r ?? n[e]
  return {
    inputTokens:
      t.inputTokens ??
      y(
        n,
        `prompt_tokens|input_tokens+cache_creation_input_tokens+cache_read_input_tokens|promptTokenCount+toolUsePromptTokenCount|inputTokens|total_input_tokens+total_tool_use_tokens|input_count|prompt_eval_count|tokens_evaluated`,
      ) ??
      e?.inputTokens,
    outputTokens:
      t.outputTokens ??
      y(
        n,
        `completion_tokens|output_tokens|candidatesTokenCount+thoughtsTokenCount|outputTokens|total_output_tokens+total_thought_tokens|output_count|eval_count|tokens_predicted|tokens`,
      ) ??
      e?.outputTokens,
    raw: n,
  }
}
function y(e, t) {
  for (let n of t.split(`|`)) {
    let t = n.split(`+`).flatMap((t) => {
      let n = e[t]
      return typeof n == `number` ? n : []
    })
    if (t.length > 0) return t.reduce((e, t) => e + t)
  }
}
const b = [`reasoning`, `text`, `refusal`]
function x() {
  let e = b.map(_),
    t = { text: ``, finishReason: void 0, usage: void 0, model: void 0, id: void 0 },
    n = [],
    r = [],
    i = []
  function a(n) {
    for (let [r, a] of b.entries()) {
      let o = n && (n.isWhole && t[a] ? `` : (n[a] ?? ``)),
        s = e[r](o)
      s && ((t[a] = (t[a] ?? ``) + s), i.push({ type: a, text: s }))
    }
  }
  function o(e, t, n) {
    let a = (e.arguments += t),
      o = (e.untold += t),
      { id: s, name: c } = e
    if (!c) return
    let l = r.indexOf(e)
    if (l < 0) l = r.push(e) - 1
    else if (!o && !n) return
    ;((e.untold = ``),
      i.push({ type: `tool-call`, index: l, fragment: o, call: { id: s, name: c, arguments: a } }))
  }
  function s(e) {
    let { key: t, id: r = ``, name: i = ``, initial: a = ``, whole: s } = e,
      c = n
        .filter((e) => (t == null || e.key == null || e.key === t) && (!r || !e.id || e.id === r))
        .at(-1)
    ;(!c || S(c, e)) &&
      ((c = { key: t, id: r, name: i, arguments: ``, initial: ``, untold: ``, join: _() }),
      n.push(c))
    let l = c.id !== (c.id ||= r)
    ;((c.key ??= t), (c.name ||= i), (c.initial ||= a))
    let d = c.arguments,
      f = e.arguments ?? ``
    ;(s?.startsWith(d) && (f = s.slice(d.length)),
      (d ? f === d && u(d) : f === `{}`) && (f = ``),
      e.arguments && (c.initial = ``),
      o(c, c.join(f), l))
  }
  function c(e) {
    for (let t of n) {
      let n = t.join(t.arguments ? `` : t.initial)
      o(t, e ? n + t.join() : n)
    }
  }
  return {
    add(e) {
      if (((i = []), e)) {
        let { toolCalls: n = [], usage: o, finishReason: l, isWhole: u, isEnd: d } = e
        if (((t.model ??= e.model), (t.id ??= e.id), a(e), !u || !r[0])) for (let e of n) s(e)
        ;(o && ((t.usage = v(t.usage, o)), i.push({ type: `usage`, usage: t.usage })),
          (l || d) && c(!1),
          l && ((t.finishReason = l), i.push({ type: `finish`, reason: l })))
      }
      return ((!e || e.isEnd) && (a(), c(!0)), i)
    },
    addText(n) {
      let r = e[1](n, !0)
      return ((t.text += r), r)
    },
    answer() {
      let e = r.map(({ id: e, name: t, arguments: n, initial: r }) => ({
        id: e,
        name: t,
        arguments: n || r || `{}`,
      }))
      return { ...t, ...(e[0] && { toolCalls: e }) }
    },
  }
}
function S(e, { key: t, id: n, name: r, arguments: i }) {
  if (!r || !e.name || (n && n === e.id)) return !1
  let a = r !== e.name
  return (a && !n && t == null) || ((a || (!!i && i !== e.arguments)) && !!u(e.arguments))
}
function C({ type: e, data: t, json: n }, r = /^\s*(\{|\[\s*\{)/) {
  try {
    ;((n ??= JSON.parse(t.replace(/^(data: ?)+(?=[{"])/, ``))), typeof n == `string` && (n = l(n)))
  } catch (n) {
    let i = `the data of an event '${e}' of the model's API is broken JSON: ${JSON.stringify(t.slice(0, 100))}`
    if (!/^(error|messageFragment)$/.test(e) && r.test(t))
      throw new a(`parse-json`, i, { cause: n })
  }
  let i = d(n)
  if (w.test(e) || (i && ee(i))) throw O(i ?? t)
  return i ?? (e === `messageFragment` ? { text: t } : void 0)
}
const w = /^(RUN_ERROR|error)$/,
  T = `code|error_code|status_code|statusCode`
function ee(e) {
  let {
      type: t,
      event: n,
      event_type: r,
      object: i,
      error: a,
      errors: o,
      detail: s,
      success: c,
      status: l,
    } = e,
    { base_resp: u = e } = e,
    d = l === `error` ? l : g(u, T)
  return (
    [t, n, r, i].some((e) => w.test(e)) ||
    [a, o].some((e) => e === !0 || Object.values(Object(e)).some(Boolean)) ||
    c === !1 ||
    (s && Object.keys(e).length === 1) ||
    (!t && d && !/^(0+|20+|ok|success)$/i.test(d) && E(u))
  )
}
function E(e) {
  return s(e) ?? g(e, `error_msg|status_msg`)
}
const D =
  /overload|rate.?limit|(server|api).?error|time.?out|unavailable|internal|exhausted|^(429|5\d\d)$/i
function O(e) {
  let t = d(g(e, `error|errors.0|base_resp`)),
    n = t ?? e,
    { type: r, status: i, object: o } = n,
    s = [t || o ? r : ``, i, g(n, T)]
      .filter((e) => e && /string|number/.test(typeof e))
      .map(String),
    c = s.find((e) => !/^\d/.test(e)) ?? s[0],
    l = E(n) ?? JSON.stringify(e),
    u = c ? `${c}: ` : ``
  return new a(`upstream`, `the model's API sent an error in the stream: ${u}${l}`, {
    retryable: s.some(D.test, D),
    cause: { type: c, message: l, data: e },
  })
}
const k = { isEnd: !0 },
  A = {}
function j({ type: e, data: t }) {
  return e !== `messageFragment` && /^\s*(data: ?)?"?\[DONE\]"?\s*$/i.test(t)
}
function M(e) {
  return Object.assign((t) => (j(t) ? k : e(C(t) ?? A, t)), { isPure: !0 })
}
function N(e, t) {
  let n = { text: ``, reasoning: ``, refusal: ``, toolCalls: [] }
  function r(e, i) {
    typeof e == `string` && (n[i] += e)
    for (let t of p(e)) r(t, i)
    let a = d(e)
    if (!a) return
    let o = String(a.type),
      s = a.functionCall ?? (/^(tool_use|(function|custom_tool)_call)$/.test(o) && a)
    if (((n.refusal += f(a.refusal) ?? ``), s)) {
      let e = t === void 0 ? { whole: P } : { initial: P }
      n.toolCalls.push(F(s, t ?? {}, e))
    } else {
      let e = a.thought || /thought|think|reason/.test(o)
      r(
        g(a, `text|thinking|summary${/^(message|model_output)$/.test(o) ? `|content` : ``}`),
        e ? `reasoning` : i,
      )
    }
  }
  return (r(e, `text`), n)
}
const P = `function.arguments|custom.input|arguments|args|input`
function F(e, t, n) {
  let r = (t) => m(g(e, t))
  return {
    key: t,
    id: f(g(e, `item.call_id|call_id|toolCallId|id`)),
    name: f(g(e, `function.name|custom.name|item.name|toolCallName|toolName|name`)),
    arguments: r(n.arguments),
    whole: r(n.whole),
    initial: r(n.initial),
  }
}
const te = [`text`, `reasoning`, `refusal`, `finishReason`, `id`, `model`],
  ne = {
    id: `message.id|response.id|interaction.id|messageId|message_id|responseId|runId|sessionId`,
    model: `message.model|response.model|interaction.model|messageMetadata.model|metadata.tanstack.model|usage.0.model|modelVersion|model`,
  }
function I(e, t) {
  let { isWhole: n, isEnd: r, isUsage: i } = e
  if (e.isFailed)
    throw O({
      error: g(
        t,
        `response.error|interaction.error|data.error|last_error|error|=the answer failed`,
      ),
    })
  let a = g(t, `output_index|index|item_id|item.id`),
    o = N(g(t, e.content), a)
  for (let n of te) {
    let r = g(t, { ...ne, ...e }[n])
    o[n] ||= Array.isArray(r) ? N(r)[n] : f(r)
  }
  if (
    (e.calls &&
      (o.toolCalls = [g(t, e.calls) ?? []]
        .flat()
        .map((e) => F(e, n ? {} : g(e, `index`), { arguments: P }))),
    e.arguments || e.whole)
  ) {
    let n = F({ __proto__: t, id: `` }, a, e)
    ;(n.id || n.name || n.arguments || n.whole) && (o.toolCalls = [n])
  }
  let s =
    re(
      g(
        t,
        `message.usage|response.usage|interaction.usage|messageMetadata.totalUsage|messageMetadata.usage|metadata.tanstack.usage|metadata.usage|usageMetadata|usage|x_groq.usage|choice.usage`,
      ),
    ) ?? (i ? ie(t) : void 0)
  return { ...o, usage: s && { raw: s }, isWhole: !!n, isEnd: !!r }
}
function re(e) {
  let [t, ...n] = [e].flat().filter(d)
  for (let e of n)
    for (let [n, r] of Object.entries(e)) typeof r == `number` && (t[n] = (t[n] ?? 0) + r)
  return t
}
function ie(e) {
  let t = {}
  for (let n in e) /count|tokens/.test(n) && (t[n] = e[n])
  return t
}
const ae = (e) => {
    let t =
      g(e, `usage.prompt_tokens`) &&
      Object.keys(e).every((e) => /_|^(id|object|created|model|provider|usage)$/.test(e))
    if (!(`choices` in e || t)) return
    let n = g(e, `choices.*`),
      r = g(e, `choices.*.error|x_groq.error`)
    if (r) throw O({ error: r })
    let i = g(n, `delta`),
      a = i ?? g(n, `message`),
      o = I(
        {
          content: `message.content|choice.text`,
          reasoning: `message.reasoning_content|message.reasoning|message.reasoning_details`,
          refusal: `message.refusal`,
          calls: `message.tool_calls|message.function_call`,
          finishReason: `choice.finish_reason`,
          id: `id`,
          isWhole: !i && a && e.object !== `chat.completion.chunk`,
        },
        { __proto__: e, choice: n, message: a },
      )
    if (o.finishReason === `error`) throw O(e)
    return o
  },
  L = (e) => {
    let { content: t, message: n, done: r, stop: i, p: a } = e,
      o = typeof e.response == `number` && a !== void 0 ? String(e.response) : e.response,
      s = typeof t == `string` && (`stop` in e || Object.keys(e).length === 1)
    if (!(d(n) || `done` in e || typeof o == `string` || e.tool_calls || s)) return
    let c = r === !0 || i === !0
    return {
      ...I(
        {
          content: s ? `content` : `message.content|response`,
          reasoning: `message.thinking|thinking`,
          calls: `message.tool_calls|tool_calls`,
          finishReason: c ? `done_reason|stop_type|=stop` : `finish_reason`,
          isUsage: c,
          isWhole: !0,
          isEnd: c,
        },
        { __proto__: e, response: o },
      ),
      isWhole: !1,
    }
  },
  R = Object.fromEntries(
    `message-frames,,type
messageStart
messageFragment text=content|text|fragment
messageEnd finishReason=finishReason isEnd=1
#relay
start
done finishReason=finishReason isUsage=1 isEnd=1
#anthropic,type,role
message_start content_block_stop
content_block_start content=content_block
content_block_delta text=delta.text reasoning=delta.thinking arguments=delta.partial_json
message_delta finishReason=delta.stop_reason refusal=delta.stop_details.explanation
message_stop isEnd=1
message:assistant id=id content=content finishReason=stop_reason isWhole=1
#openai-responses,type|object,item.type|status|summary_index
response.created response.in_progress response.reasoning_summary_part.added:0
response.output_text.delta text=delta
response.output_text.done text=text isWhole=1
response.refusal.delta refusal=delta
response.reasoning_text.delta response.reasoning_summary_text.delta reasoning=delta
response.reasoning_summary_part.added reasoning==


response.output_item.added:function_call response.output_item.added:custom_tool_call content=item
response.output_item.done:function_call response.output_item.done:custom_tool_call whole=item.arguments|item.input
response.function_call_arguments.delta response.function_call_arguments.done response.custom_tool_call_input.delta response.custom_tool_call_input.done arguments=delta whole=arguments|input
response.completed response.incomplete response.cancelled response id=response.id|id content=response.output|output finishReason=response.incomplete_details.reason|incomplete_details.reason|response.status|status isWhole=1 isEnd=1
response.failed response:failed isFailed=1
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
text-delta text=delta|textDelta|text
reasoning-delta reasoning=delta|textDelta|text
tool-input-start tool-input-delta arguments=inputTextDelta
tool-input-available tool-input-error whole=input
finish finishReason=finishReason|=stop
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
message agent_message text=answer
text_chunk text=data.text
message_replace text=answer isWhole=1
message_end text=answer finishReason==stop isEnd=1
workflow_finished text=data.outputs.answer|data.outputs.text finishReason=data.status isWhole=1
workflow_finished:failed isFailed=1
#gemini,candidates|usageMetadata|promptFeedback
* content=candidates.*.content.parts refusal=promptFeedback.blockReasonMessage finishReason=candidates.*.finishReason|promptFeedback.blockReason`
      .split(
        `
#`,
      )
      .map((e) => {
        let [t, ...n] = e.split(/\n(?=\w|\*)/),
          [r, i, a] = t.split(`,`),
          o = /* @__PURE__ */ new Map()
        for (let e of n) {
          let t = {}
          for (let n of e.split(` `)) {
            let [e, ...r] = n.split(`=`)
            r[0] === void 0 ? o.set(n, t) : (t[e] = r.join(`=`))
          }
        }
        return [
          r,
          (e, { type: t }) => {
            let n = g(e, i),
              r = g(e, a),
              s = f(n) ?? (t === `message` ? r : t),
              c = o.get(`${s}:${r}`) ?? o.get(s) ?? o.get(n && `*`)
            return c && I(c, e)
          },
        ]
      }),
  ),
  { gemini: oe, relay: se, ...ce } = R,
  z = { ...ce, 'openai-chat': ae, gemini: oe, ollama: L, cloudflare: L, 'llama-cpp': L }
function B(e) {
  let { type: t, data: n } = e
  return t === `message`
    ? { text: n }
    : /^(start|done|error)$/.test(t)
      ? R.relay(C(e) ?? {}, e)
      : void 0
}
const V =
    /^[\s"'<([:*-]*(ping|pong|(keep|stay)?[\s_-]*alive|heart[\s_-]*beat|hb|(openrouter )?processing|connect(ed|ing)|connection[\w ]*|ok|ready|open(ed)?|start(ed)?|waiting|noop|null|none|true|false|hello|welcome|init\w*|subscribed)?[\d\s\u200b"'>)\]:.,;!TZ+*/-]*$/i,
  le = /^[\s\u200b]*$|^null$|ping|alive|beat|hb|processing|(\d\D*){8}/i,
  ue = /^\s*(\{\s*"[^"]*"\s*:|\[\s*\{\s*")/
function H() {
  let e,
    t = !1,
    n = ``,
    r = !1
  function i() {
    let e = r ? n : ``
    return ((n = ``), e)
  }
  function a(e) {
    if (((n += e), (r ||= !le.test(e)), t || !V.test(e))) return ((t = r = !0), i())
  }
  let o = (r) => {
    if (e) return e(r)
    let { type: s, data: c } = r
    if (j(r)) {
      let e = i()
      return e || t ? { ...k, text: e } : k
    }
    let u = C(r, ue) ?? A
    if (U(s, u) || ((t || n) && s === `done`)) return ((e = B), { ...B(r), text: i() })
    for (let t of Object.values(z)) {
      let n = t(u, r)
      if (!(!n || (/^(start|finish)$/.test(u.type ?? s) && !u.messageId)))
        return ((e = M(t)), (o.isPure = !0), n)
    }
    if (s !== `message`) return
    let d = /^\s*\[\s*[{\]]/.test(c) && l(c)
    return u === A && !d ? a(c) : !t || V.test(String(u.type ?? u.event ?? `{`)) ? void 0 : c
  }
  return ((o.end = i), o)
}
function U(e, t) {
  return e === `start` ? `sessionId` in t : e === `done` && `finishReason` in t
}
function W(e) {
  if (typeof e == `function`) return e
  if (e === `auto`) return H()
  if (e === `relay`) return B
  if (Object.hasOwn(z, e)) return M(z[e])
  let t = Object.keys(z).join(`, `)
  throw n(`\`format\` must be a function or one of auto, relay, ${t}`)
}
const de = /"(?:[^"\\]|\\.)*"(?:\s*:)?|[\w.+-]+|[^]/g,
  G = `sluicegate`
function K({ text: e, model: t, id: n, toolCalls: r, usage: i, ...a }) {
  return !!e && !r?.length && !Object.values(a).some(Boolean)
}
function fe(e, t, n) {
  let { type: r, data: i } = t
  if (/[\0-\x05]|"\d+"\s*:/.test(r + i)) return
  let a = [],
    o = [],
    s = (n) => {
      let r = e({ ...t, json: n })
      return K(r) ? r : {}
    }
  try {
    let e = JSON.parse(i, function (e, t) {
        return (
          Object(t) === t &&
            (t = new Proxy(t, {
              get(e, t) {
                return (o.push([e, t]), Reflect.get(e, t))
              },
              set: () => !1,
            })),
          a.push([this, e, t]),
          t
        )
      }),
      { text: t, usage: c } = s(e),
      l = [],
      u = [],
      d = !1,
      f = 0,
      p = i.match(de)
    for (let [e, n] of p.entries()) {
      if ((/[[{]$/.test(n) && u.push(e), /[[{,:\s]$/.test(n))) continue
      let [r, i, s] = a[f++]
      if (/[\]}]$/.test(n)) {
        let t = u.pop()
        if (c?.raw !== s) continue
        ;((d = !0), (p[t] = `` + p[t]), (p[e] += ``))
        continue
      }
      if (JSON.parse(n) !== s) return
      let m = o.some((e) => e[0] === r && e[1] === i)
      typeof s == `string`
        ? m
          ? s === t && ((p[e] = `""`), l.push([r, i]))
          : (p[e] = `""`)
        : !m && /^\d+$/.test(n) && (p[e] = ``)
    }
    let [m, h] = l
    if (!m || h || (c && !(d && n))) return
    m[0][m[1]] = G
    let g = r + `\0` + p.join(``)
    return s(e).text === G ? [g, d] : void 0
  } catch {
    return
  }
}
function q(e, t, n) {
  let r = W(t),
    i = `mapEvents` in e ? e : void 0,
    a = x(),
    s = new TextDecoder(),
    c = 8,
    u = !1,
    d = !1,
    f = 0,
    p = ``,
    m
  i &&
    (i.tap = {
      takes: (e) => /json/i.test(e),
      chunk(e) {
        if (d && f > 1) throw J(p)
        p.length < 1048576 && (p += s.decode(e, { stream: !0 }))
      },
      end() {
        f++
        let e = p.trim()
        return /^[{[]/.test(e) && l(e) !== void 0
          ? (m = { type: `message`, data: e, lastEventId: `` })
          : void 0
      },
    })
  function h(e) {
    if (e === k && !u) throw J(p)
    return ((u = !0), i && (i.tap = void 0), (p = ``), a.add(e))
  }
  function g() {
    if (i?.ending && !/^(ended|done|truncated)$/.test(i.ending)) return []
    let e = r.end?.(),
      t = e ? h({ text: e }) : []
    if (!u) throw J(p)
    return t.concat(a.add())
  }
  return {
    own: i,
    answer: a.answer,
    read(e) {
      if (e && o(e)) {
        let { data: t, figures: n } = e
        ;((c = 8), n && a.add({ usage: { raw: JSON.parse(n) } }))
        let r = a.addText(t)
        return { deltas: r ? [{ type: `text`, text: r }] : [], text: r, isEnd: !1 }
      }
      let t = [],
        s = !e || e === m
      try {
        if (e) {
          i || (p ||= e.data)
          let a = Y(r, e)
          for (let e of a) (t.push(...h(e)), (s ||= !!e.isEnd))
          let o = r.isPure && a.length === 1 && K(a[0])
          ;(i && !i.template && o && c-- > 0 && (i.template = fe(r, e, !n)),
            (d ||= !u && !/^message\s*$|ping|alive|beat/i.test(e.type + e.data)))
        }
        ;(e && e !== m) || t.push(...g())
      } catch (t) {
        throw e && e === m && t.code === `upstream` ? J(p) : t
      }
      let l = ``
      for (let e of t) e.type === `text` && (l += e.text)
      return { deltas: t, text: l, isEnd: s }
    },
  }
}
function J(e) {
  let t = e.trim().slice(0, 200),
    n = t ? `It starts with ${JSON.stringify(t)}` : `No data came`,
    r = `nothing in the response was understood${c(e)}. ${n}`
  return new a(`unknown-format`, r, { body: t })
}
function Y(e, t) {
  let n = e(t)
  if (n != null) return [typeof n == `string` ? { text: n } : n]
  let r = l(t.data),
    { type: i, event: a, result: o, response: s, data: c } = Object(r)
  return (Array.isArray(r) ? r : i || a ? [] : [o, s, c])
    .filter(d)
    .flatMap((n) => Y(e, { ...t, data: JSON.stringify(n) }))
}
function X(e, t, n) {
  let r = q(e, t, !n),
    a = r.own ?? new pe(e),
    o = 0,
    s,
    c = [],
    l = !1,
    u = !1,
    d,
    f,
    p = new Promise((...e) => ([d, f] = e))
  p.catch(() => void 0)
  function m() {
    ;((u = !0), d(r.answer()))
  }
  function h(e) {
    throw ((u = !0), f(e), e)
  }
  function g(e) {
    if (u) return []
    try {
      let { deltas: t, text: i, isEnd: o } = r.read(e)
      return (o && (a.finish(), m()), n ? (i ? [i] : []) : t)
    } catch (e) {
      return (a.fail(e), h(e))
    }
  }
  function _(e) {
    return e ? h(e.error) : g()
  }
  function v(e) {
    return ((c = e), c[0] && o--, c.shift())
  }
  function y() {
    try {
      for (; !c[0] && !u;) {
        let e = a.takeReady()
        if (!e)
          return a.mapEvents(
            !1,
            ([e]) => v(g(e)),
            (e) => v(_(e)),
          )
        c = g(e)
      }
      return (o--, Promise.resolve(Z(c.shift())))
    } catch (e) {
      return Promise.reject(e)
    }
  }
  function b(e) {
    let t = []
    try {
      for (let n of e) t.push(...g(n))
    } catch (e) {
      if (!t[0]) throw e
      l = !0
    }
    return x(t)
  }
  function x(e) {
    return e[0] && (n ? e.join(``) : e)
  }
  let S = (e) => x(_(e))
  function C(e) {
    return l ? ((l = !1), p) : u ? Promise.resolve(Z()) : e()
  }
  let w = () => C(() => a.mapEvents(!0, b, S))
  function T() {
    ;(u || a.return(), (c = []), m())
  }
  return Object.assign(
    i(() => (s = o++ ? s.then(y, y) : y()), T),
    {
      done: p,
      frames() {
        let e = a.frames(),
          t = async () => {
            let { value: n } = await e.next().catch(h),
              r = n ? b(n) : S()
            return r || !n || u ? Z(r) : t()
          }
        return i(() => C(t), T)
      },
      batches: () => i(w, T),
      async answer() {
        for (; !(await w()).done;);
        return p
      },
    },
  )
}
function Z(e) {
  return { done: e === void 0, value: e }
}
var pe = class extends r {
  #e
  constructor(e) {
    ;(super(), (this.#e = e))
  }
  pull() {
    this.#e.next().then(
      ({ done: e, value: t }) => this.received(e ? void 0 : [t]),
      (e) => this.failed(e),
    )
  }
  leave() {
    this.#e.return().catch(() => void 0)
  }
  fail() {
    this.leave()
  }
  finish() {
    this.leave()
  }
}
function Q(e, t = `auto`) {
  return X(e, t, !0)
}
function me(e, t = `auto`) {
  return X(e, t)
}
function he(t, n) {
  let { messages: r, body: i, cancel: a, sessionId: o = ve(), ...s } = n,
    c = e(t, { method: `POST`, ...s, body: ge(r, i, o), ...(a && { cancel: _e(a, o) }) })
  return Object.assign(Q(c), { stream: c, sessionId: o, cancel: (e) => c.cancel(e) })
}
function ge(e, t, r) {
  let i = t
  if (typeof i?.append == `function` && typeof i.forEach == `function`) {
    let t = new i.constructor()
    return (
      i.forEach((e, n) => t.append(n, e)),
      t.set(`messages`, JSON.stringify(e)),
      t.set(`sessionId`, r),
      t
    )
  }
  if (!$(t)) throw n('`body` must be a plain object or a form')
  let { toJSON: a } = Object(t)
  return { messages: e, ...(typeof a == `function` ? a.call(t) : t), sessionId: r }
}
function _e(e, t) {
  let n = typeof e == `string` || `href` in e ? { url: e } : e,
    { body: r } = n,
    i = (e) => ($(e) ? { ...e, sessionId: t } : e),
    a = (e) => {
      let t = r(e)
      return t?.then ? t.then(i) : i(t)
    }
  return { ...n, body: typeof r == `function` ? a : i(r) }
}
function $(e) {
  return e == null || t(e) === `[object Object]`
}
function ve() {
  return `xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx`.replace(/x/g, () =>
    (crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(1))[0] & 15).toString(16),
  )
}
function ye(e = `auto`) {
  return (
    W(e),
    {
      begin(t) {
        let { read: n } = q(t, e)
        return { read: n, finish: () => n().text }
      },
    }
  )
}
export { me as deltasOf, he as openChat, Q as textOf, ye as textReader }
