import { openStream as Zt } from '../open-stream.js'
import { tagOf as Qt } from '../bytes.js'
import { invalid as te } from '../fetch/request.js'
import { EventSequence as zt, viewOf as et } from '../sequence.js'
import { StreamError as Kt } from '../error.js'
import { isText as vt } from '../event.js'
import { reasonOf as Xt } from '../fetch/response.js'
function A(t) {
  try {
    return JSON.parse(t)
  } catch {
    return
  }
}
function V(t) {
  return S(A(t))
}
function S(t) {
  return typeof t == 'object' && t !== null && !Array.isArray(t) ? t : void 0
}
function R(t) {
  return typeof t == 'string' && t !== '' ? t : void 0
}
function z(t) {
  return Array.isArray(t) ? t : []
}
function it(t) {
  return typeof t == 'object' && t !== null ? JSON.stringify(t) : R(t)
}
var rt = new Map()
function x(t, e = '=') {
  let n = rt.get(e)
  n || rt.set(e, (n = e.split('|').map((o) => o.split('.'))))
  for (let o of n) {
    let s = t
    for (let i of o) {
      if (i[0] === '=') return i.slice(1)
      s = i === '*' ? z(s).find((f) => !f?.index) : s?.[i]
    }
    if (s != null && s !== '') return s
  }
}
function Y() {
  let t = ''
  return (e, n) => {
    if (n && !t) return e
    let o = t + (e ?? '')
    return (
      (t = ''),
      o.replace(/([\ud800-\udbff]$)|\p{Surrogate}/gu, (s, i) =>
        e == null || !i ? '�' : ((t = i), ''),
      )
    )
  }
}
var kt =
    'prompt_tokens|input_tokens+cache_creation_input_tokens+cache_read_input_tokens|promptTokenCount+toolUsePromptTokenCount|inputTokens|total_input_tokens+total_tool_use_tokens|input_count|prompt_eval_count|tokens_evaluated',
  Nt =
    'completion_tokens|output_tokens|candidatesTokenCount+thoughtsTokenCount|outputTokens|total_output_tokens+total_thought_tokens|output_count|eval_count|tokens_predicted|tokens'
function ct(t, e) {
  let n = { ...t?.raw }
  for (let [o, s] of Object.entries(e.raw ?? {})) n[o] = s ?? n[o]
  return {
    inputTokens: e.inputTokens ?? at(n, kt) ?? t?.inputTokens,
    outputTokens: e.outputTokens ?? at(n, Nt) ?? t?.outputTokens,
    raw: n,
  }
}
function at(t, e) {
  for (let n of e.split('|')) {
    let o = n.split('+').flatMap((s) => {
      let i = t[s]
      return typeof i == 'number' ? i : []
    })
    if (o.length > 0) return o.reduce((s, i) => s + i)
  }
}
var ut = ['reasoning', 'text', 'refusal'],
  St = 1
function ft() {
  let t = ut.map(Y),
    e = { text: '', finishReason: void 0, usage: void 0, model: void 0, id: void 0 },
    n = [],
    o = [],
    s = []
  function i(r) {
    for (let [c, d] of ut.entries()) {
      let p = r && (r.isWhole && e[d] ? '' : (r[d] ?? '')),
        g = t[c](p)
      g && ((e[d] = (e[d] ?? '') + g), s.push({ type: d, text: g }))
    }
  }
  function f(r, c, d) {
    let p = (r.arguments += c),
      g = (r.untold += c),
      { id: O, name: _ } = r
    if (!_) return
    let l = o.indexOf(r)
    if (l < 0) l = o.push(r) - 1
    else if (!g && !d) return
    ;((r.untold = ''),
      s.push({ type: 'tool-call', index: l, fragment: g, call: { id: O, name: _, arguments: p } }))
  }
  function a(r) {
    let { key: c, id: d = '', name: p = '', initial: g = '', whole: O } = r,
      _ = (m) => (c == null || m.key == null || m.key === c) && (!d || !m.id || m.id === d),
      l = n.filter(_).at(-1)
    ;(!l || Rt(l, r)) &&
      ((l = { key: c, id: d, name: p, arguments: '', initial: '', untold: '', join: Y() }),
      n.push(l))
    let T = l.id !== (l.id ||= d)
    ;((l.key ??= c), (l.name ||= p), (l.initial ||= g))
    let w = l.arguments,
      y = r.arguments ?? ''
    ;(O?.startsWith(w) && (y = O.slice(w.length)),
      (w ? y === w && V(w) : y === '{}') && (y = ''),
      r.arguments && (l.initial = ''),
      f(l, l.join(y), T))
  }
  function u(r) {
    for (let c of n) {
      let d = c.join(c.arguments ? '' : c.initial)
      f(c, r ? d + c.join() : d)
    }
  }
  return {
    add(r) {
      if (((s = []), r)) {
        let { toolCalls: c = [], usage: d, finishReason: p, isWhole: g, isEnd: O } = r
        if (((e.model ??= r.model), (e.id ??= r.id), i(r), !g || !o[0])) for (let _ of c) a(_)
        ;(d && ((e.usage = ct(e.usage, d)), s.push({ type: 'usage', usage: e.usage })),
          (p || O) && u(!1),
          p && ((e.finishReason = p), s.push({ type: 'finish', reason: p })))
      }
      return ((!r || r.isEnd) && (i(), u(!0)), s)
    },
    addText(r) {
      let c = t[St](r, !0)
      return ((e.text += c), c)
    },
    answer() {
      let r = o.map(({ id: c, name: d, arguments: p, initial: g }) => ({
        id: c,
        name: d,
        arguments: p || g || '{}',
      }))
      return { ...e, ...(r[0] && { toolCalls: r }) }
    },
  }
}
function Rt(t, { key: e, id: n, name: o, arguments: s }) {
  if (!o || !t.name || (n && n === t.id)) return !1
  let i = o !== t.name
  return (i && !n && e == null) || ((i || (!!s && s !== t.arguments)) && !!V(t.arguments))
}
import { StreamError as dt } from '../error.js'
import { reasonIn as At } from '../fetch/response.js'
function F({ type: t, data: e, json: n }, o = /^\s*(\{|\[\s*\{)/) {
  try {
    ;((n ??= JSON.parse(e.replace(/^(data: ?)+(?=[{"])/, ''))), typeof n == 'string' && (n = A(n)))
  } catch (i) {
    let f = JSON.stringify(e.slice(0, 100)),
      a = `the data of an event '${t}' of the model's API is broken JSON: ${f}`
    if (!/^(error|messageFragment)$/.test(t) && o.test(e))
      throw new dt('parse-json', a, { cause: i })
  }
  let s = S(n)
  if (pt.test(t) || (s && jt(s))) throw M(s ?? e)
  return s ?? (t === 'messageFragment' ? { text: e } : void 0)
}
var pt = /^(RUN_ERROR|error)$/,
  mt = 'code|error_code|status_code|statusCode'
function jt(t) {
  let {
      type: e,
      event: n,
      event_type: o,
      object: s,
      error: i,
      errors: f,
      detail: a,
      success: u,
      status: r,
    } = t,
    { base_resp: c = t } = t,
    d = r === 'error' ? r : x(c, mt)
  return (
    [e, n, o, s].some((p) => pt.test(p)) ||
    [i, f].some((p) => p === !0 || Object.values(Object(p)).some(Boolean)) ||
    u === !1 ||
    (a && Object.keys(t).length === 1) ||
    (!e && d && !/^(0+|20+|ok|success)$/i.test(d) && gt(c))
  )
}
function gt(t) {
  return At(t) ?? x(t, 'error_msg|status_msg')
}
var lt =
  /overload|rate.?limit|(server|api).?error|time.?out|unavailable|internal|exhausted|^(429|5\d\d)$/i
function M(t) {
  let e = S(x(t, 'error|errors.0|base_resp')),
    n = e ?? t,
    { type: o, status: s, object: i } = n,
    f = [e || i ? o : '', s, x(n, mt)]
      .filter((c) => c && /string|number/.test(typeof c))
      .map(String),
    a = f.find((c) => !/^\d/.test(c)) ?? f[0],
    u = gt(n) ?? JSON.stringify(t),
    r = a ? `${a}: ` : ''
  return new dt('upstream', `the model's API sent an error in the stream: ${r}${u}`, {
    retryable: f.some(lt.test, lt),
    cause: { type: a, message: u, data: t },
  })
}
var I = { isEnd: !0 },
  W = {}
function Z({ type: t, data: e }) {
  return t !== 'messageFragment' && /^\s*(data: ?)?"?\[DONE\]"?\s*$/i.test(e)
}
function B(t) {
  return Object.assign((n) => (Z(n) ? I : t(F(n) ?? W, n)), { isPure: !0 })
}
import { invalid as Gt } from '../fetch/request.js'
function Q(t, e) {
  let n = { text: '', reasoning: '', refusal: '', toolCalls: [] }
  function o(s, i) {
    typeof s == 'string' && (n[i] += s)
    for (let r of z(s)) o(r, i)
    let f = S(s)
    if (!f) return
    let a = String(f.type),
      u = f.functionCall ?? (/^(tool_use|(function|custom_tool)_call)$/.test(a) && f)
    if (((n.refusal += R(f.refusal) ?? ''), u)) {
      let r = e === void 0 ? { whole: L } : { initial: L }
      n.toolCalls.push(G(u, e ?? {}, r))
    } else {
      let r = f.thought || /thought|think|reason/.test(a),
        c = /^(message|model_output)$/.test(a) ? '|content' : ''
      o(x(f, `text|thinking|summary${c}`), r ? 'reasoning' : i)
    }
  }
  return (o(t, 'text'), n)
}
var L = 'function.arguments|custom.input|arguments|args|input'
function G(t, e, n) {
  let o = (s) => it(x(t, s))
  return {
    key: e,
    id: R(x(t, 'item.call_id|call_id|toolCallId|id')),
    name: R(x(t, 'function.name|custom.name|item.name|toolCallName|toolName|name')),
    arguments: o(n.arguments),
    whole: o(n.whole),
    initial: o(n.initial),
  }
}
var $t = ['text', 'reasoning', 'refusal', 'finishReason', 'id', 'model'],
  Ct = {
    id: 'message.id|response.id|interaction.id|messageId|message_id|responseId|runId|sessionId',
    model:
      'message.model|response.model|interaction.model|messageMetadata.model|metadata.tanstack.model|usage.0.model|modelVersion|model',
  },
  Ft =
    'message.usage|response.usage|interaction.usage|messageMetadata.totalUsage|messageMetadata.usage|metadata.tanstack.usage|metadata.usage|usageMetadata|usage|x_groq.usage|choice.usage',
  Mt = 'output_index|index|item_id|item.id'
function D(t, e) {
  let { isWhole: n, isEnd: o, isUsage: s } = t
  if (t.isFailed)
    throw M({
      error: x(
        e,
        'response.error|interaction.error|data.error|last_error|error|=the answer failed',
      ),
    })
  let i = x(e, Mt),
    f = Q(x(e, t.content), i)
  for (let u of $t) {
    let r = x(e, { ...Ct, ...t }[u])
    f[u] ||= Array.isArray(r) ? Q(r)[u] : R(r)
  }
  if (
    (t.calls &&
      (f.toolCalls = [x(e, t.calls) ?? []]
        .flat()
        .map((u) => G(u, n ? {} : x(u, 'index'), { arguments: L }))),
    t.arguments || t.whole)
  ) {
    let u = G({ __proto__: e, id: '' }, i, t)
    ;(u.id || u.name || u.arguments || u.whole) && (f.toolCalls = [u])
  }
  let a = It(x(e, Ft)) ?? (s ? Dt(e) : void 0)
  return { ...f, usage: a && { raw: a }, isWhole: !!n, isEnd: !!o }
}
function It(t) {
  let [e, ...n] = [t].flat().filter(S)
  for (let o of n)
    for (let [s, i] of Object.entries(o)) typeof i == 'number' && (e[s] = (e[s] ?? 0) + i)
  return e
}
function Dt(t) {
  let e = {}
  for (let n in t) /count|tokens/.test(n) && (e[n] = t[n])
  return e
}
var ht = (t) => {
  let e = (r) => /_|^(id|object|created|model|provider|usage)$/.test(r),
    n = x(t, 'usage.prompt_tokens') && Object.keys(t).every(e)
  if (!('choices' in t || n)) return
  let o = x(t, 'choices.*'),
    s = x(t, 'choices.*.error|x_groq.error')
  if (s) throw M({ error: s })
  let i = x(o, 'delta'),
    f = i ?? x(o, 'message'),
    a = {
      content: 'message.content|choice.text',
      reasoning: 'message.reasoning_content|message.reasoning|message.reasoning_details',
      refusal: 'message.refusal',
      calls: 'message.tool_calls|message.function_call',
      finishReason: 'choice.finish_reason',
      id: 'id',
      isWhole: !i && f && t.object !== 'chat.completion.chunk',
    },
    u = D(a, { __proto__: t, choice: o, message: f })
  if (u.finishReason === 'error') throw M(t)
  return u
}
var H = (t) => {
  let { content: e, message: n, done: o, stop: s, p: i } = t,
    a = typeof t.response == 'number' && i !== void 0 ? String(t.response) : t.response,
    u = typeof e == 'string' && ('stop' in t || Object.keys(t).length === 1)
  if (!(S(n) || 'done' in t || typeof a == 'string' || t.tool_calls || u)) return
  let c = o === !0 || s === !0
  return {
    ...D(
      {
        content: u ? 'content' : 'message.content|response',
        reasoning: 'message.thinking|thinking',
        calls: 'message.tool_calls|tool_calls',
        finishReason: c ? 'done_reason|stop_type|=stop' : 'finish_reason',
        isUsage: c,
        isWhole: !0,
        isEnd: c,
      },
      { __proto__: t, response: a },
    ),
    isWhole: !1,
  }
}
var Pt = `message-frames,,type
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
* content=candidates.*.content.parts refusal=promptFeedback.blockReasonMessage finishReason=candidates.*.finishReason|promptFeedback.blockReason`,
  K = Object.fromEntries(
    Pt.split(
      `
#`,
    ).map((t) => {
      let [e, ...n] = t.split(/\n(?=\w|\*)/),
        [o, s, i] = e.split(','),
        f = new Map()
      for (let u of n) {
        let r = {}
        for (let c of u.split(' ')) {
          let [d, ...p] = c.split('=')
          p[0] === void 0 ? f.set(c, r) : (r[d] = p.join('='))
        }
      }
      return [
        o,
        (u, { type: r }) => {
          let c = x(u, s),
            d = x(u, i),
            p = R(c) ?? (r === 'message' ? d : r),
            g = f.get(`${p}:${d}`) ?? f.get(p) ?? f.get(c && '*')
          return g && D(g, u)
        },
      ]
    }),
  )
var { gemini: Jt, relay: Je, ...Ut } = K,
  P = { ...Ut, 'openai-chat': ht, gemini: Jt, ollama: H, cloudflare: H, 'llama-cpp': H }
function J(t) {
  let { type: e, data: n } = t
  return e === 'message'
    ? { text: n }
    : /^(start|done|error)$/.test(e)
      ? K.relay(F(t) ?? {}, t)
      : void 0
}
var xt =
    /^[\s"'<([:*-]*(ping|pong|(keep|stay)?[\s_-]*alive|heart[\s_-]*beat|hb|(openrouter )?processing|connect(ed|ing)|connection[\w ]*|ok|ready|open(ed)?|start(ed)?|waiting|noop|null|none|true|false|hello|welcome|init\w*|subscribed)?[\d\s\u200b"'>)\]:.,;!TZ+*/-]*$/i,
  Wt = /^[\s\u200b]*$|^null$|ping|alive|beat|hb|processing|(\d\D*){8}/i,
  Bt = /^\s*(\{\s*"[^"]*"\s*:|\[\s*\{\s*")/
function _t() {
  let t,
    e = !1,
    n = '',
    o = !1
  function s() {
    let a = o ? n : ''
    return ((n = ''), a)
  }
  function i(a) {
    if (((n += a), (o ||= !Wt.test(a)), !(!e && xt.test(a)))) return ((e = o = !0), s())
  }
  let f = (a) => {
    if (t) return t(a)
    let { type: u, data: r } = a
    if (Z(a)) {
      let g = s()
      return g || e ? { ...I, text: g } : I
    }
    let c = F(a, Bt) ?? W
    if (Lt(u, c) || ((e || n) && u === 'done')) return ((t = J), { ...J(a), text: s() })
    for (let g of Object.values(P)) {
      let O = g(c, a)
      if (!(!O || (/^(start|finish)$/.test(c.type ?? u) && !c.messageId)))
        return ((t = B(g)), (f.isPure = !0), O)
    }
    if (u !== 'message') return
    let d = /^\s*\[\s*[{\]]/.test(r) && A(r)
    return c === W && !d ? i(r) : !e || xt.test(String(c.type ?? c.event ?? '{')) ? void 0 : r
  }
  return ((f.end = s), f)
}
function Lt(t, e) {
  return t === 'start' ? 'sessionId' in e : t === 'done' && 'finishReason' in e
}
function v(t) {
  if (typeof t == 'function') return t
  if (t === 'auto') return _t()
  if (t === 'relay') return J
  if (Object.hasOwn(P, t)) return B(P[t])
  let e = Object.keys(P).join(', ')
  throw Gt(`\`format\` must be a function or one of auto, relay, ${e}`)
}
var Ht = /"(?:[^"\\]|\\.)*"(?:\s*:)?|[\w.+-]+|[^]/g,
  yt = 'sluicegate'
function tt({ text: t, model: e, id: n, toolCalls: o, usage: s, ...i }) {
  return !!t && !o?.length && !Object.values(i).some(Boolean)
}
function Ot(t, e, n) {
  let { type: o, data: s } = e
  if (/[\0-\x05]|"\d+"\s*:/.test(o + s)) return
  let i = [],
    f = [],
    a = (u) => {
      let r = t({ ...e, json: u })
      return tt(r) ? r : {}
    }
  try {
    let u = JSON.parse(s, function (y, m) {
        return (
          Object(m) === m &&
            (m = new Proxy(m, {
              get(b, E) {
                return (f.push([b, E]), Reflect.get(b, E))
              },
              set: () => !1,
            })),
          i.push([this, y, m]),
          m
        )
      }),
      { text: r, usage: c } = a(u),
      d = [],
      p = [],
      g = !1,
      O = 0,
      _ = s.match(Ht)
    for (let [y, m] of _.entries()) {
      if ((/[[{]$/.test(m) && p.push(y), /[[{,:\s]$/.test(m))) continue
      let [b, E, j] = i[O++]
      if (/[\]}]$/.test(m)) {
        let C = p.pop()
        if (c?.raw !== j) continue
        ;((g = !0), (_[C] = '' + _[C]), (_[y] += ''))
        continue
      }
      if (JSON.parse(m) !== j) return
      let $ = f.some((C) => C[0] === b && C[1] === E)
      typeof j != 'string'
        ? !$ && /^\d+$/.test(m) && (_[y] = '')
        : $
          ? j === r && ((_[y] = '""'), d.push([b, E]))
          : (_[y] = '""')
    }
    let [l, T] = d
    if (!l || T || (c && !(g && n))) return
    l[0][l[1]] = yt
    let w = o + '\0' + _.join('')
    return a(u).text === yt ? [w, g] : void 0
  } catch {
    return
  }
}
var qt = 1 << 20,
  Et = 8,
  Vt = 200
function q(t, e, n) {
  let o = v(e),
    s = 'mapEvents' in t ? t : void 0,
    i = ft(),
    f = new TextDecoder(),
    a = Et,
    u = !1,
    r = !1,
    c = 0,
    d = '',
    p,
    g = {
      takes: (l) => /json/i.test(l),
      chunk(l) {
        if (r && c > 1) throw X(d)
        d.length < qt && (d += f.decode(l, { stream: !0 }))
      },
      end() {
        c++
        let l = d.trim()
        return /^[{[]/.test(l) && A(l) !== void 0
          ? (p = { type: 'message', data: l, lastEventId: '' })
          : void 0
      },
    }
  s && (s.tap = g)
  function O(l) {
    if (l === I && !u) throw X(d)
    return ((u = !0), s && (s.tap = void 0), (d = ''), i.add(l))
  }
  function _() {
    if (s?.ending && !/^(ended|done|truncated)$/.test(s.ending)) return []
    let l = o.end?.(),
      T = l ? O({ text: l }) : []
    if (!u) throw X(d)
    return T.concat(i.add())
  }
  return {
    own: s,
    answer: i.answer,
    read(l) {
      if (l && vt(l)) {
        let { data: m, figures: b } = l
        ;((a = Et), b && i.add({ usage: { raw: JSON.parse(b) } }))
        let E = i.addText(m)
        return { deltas: E ? [{ type: 'text', text: E }] : [], text: E, isEnd: !1 }
      }
      let T = [],
        w = !l || l === p
      try {
        if (l) {
          s || (d ||= l.data)
          let m = Tt(o, l)
          for (let E of m) (T.push(...O(E)), (w ||= !!E.isEnd))
          let b = o.isPure && m.length === 1 && tt(m[0])
          ;(s && !s.template && b && a-- > 0 && (s.template = Ot(o, l, !n)),
            (r ||= !u && !/^message\s*$|ping|alive|beat/i.test(l.type + l.data)))
        }
        ;(!l || l === p) && T.push(..._())
      } catch (m) {
        throw l && l === p && m.code === 'upstream' ? X(d) : m
      }
      let y = ''
      for (let m of T) m.type === 'text' && (y += m.text)
      return { deltas: T, text: y, isEnd: w }
    },
  }
}
function X(t) {
  let e = t.trim().slice(0, Vt),
    n = e ? `It starts with ${JSON.stringify(e)}` : 'No data came',
    o = `nothing in the response was understood${Xt(t)}. ${n}`
  return new Kt('unknown-format', o, { body: e })
}
function Tt(t, e) {
  let n = t(e)
  if (n != null) return [typeof n == 'string' ? { text: n } : n]
  let o = A(e.data),
    { type: s, event: i, result: f, response: a, data: u } = Object(o)
  return (Array.isArray(o) ? o : s || i ? [] : [f, a, u])
    .filter(S)
    .flatMap((c) => Tt(t, { ...e, data: JSON.stringify(c) }))
}
function wt(t, e, n) {
  let o = q(t, e, !n),
    s = o.own ?? new st(t),
    i = 0,
    f,
    a = [],
    u = !1,
    r = !1,
    c,
    d,
    p = new Promise((...h) => ([c, d] = h))
  p.catch(() => {})
  function g() {
    ;((r = !0), c(o.answer()))
  }
  function O(h) {
    throw ((r = !0), d(h), h)
  }
  function _(h) {
    if (r) return []
    try {
      let { deltas: N, text: k, isEnd: U } = o.read(h)
      return (U && (s.finish(), g()), n ? (k ? [k] : []) : N)
    } catch (N) {
      return (s.fail(N), O(N))
    }
  }
  function l(h) {
    return h ? O(h.error) : _()
  }
  function T(h) {
    return ((a = h), a[0] && i--, a.shift())
  }
  function w() {
    try {
      for (; !a[0] && !r;) {
        let h = s.takeReady()
        if (!h) {
          let N = ([k]) => T(_(k))
          return s.mapEvents(!1, N, (k) => T(l(k)))
        }
        a = _(h)
      }
      return (i--, Promise.resolve(nt(a.shift())))
    } catch (h) {
      return Promise.reject(h)
    }
  }
  function y(h) {
    let N = []
    try {
      for (let k of h) N.push(..._(k))
    } catch (k) {
      if (!N[0]) throw k
      u = !0
    }
    return m(N)
  }
  function m(h) {
    return h[0] && (n ? h.join('') : h)
  }
  let b = (h) => m(l(h))
  function E(h) {
    return u ? ((u = !1), p) : r ? Promise.resolve(nt()) : h()
  }
  let j = () => E(() => s.mapEvents(!0, y, b))
  function $() {
    ;(r || s.return(), (a = []), g())
  }
  return Object.assign(
    et(() => (f = i++ ? f.then(w, w) : w()), $),
    {
      done: p,
      frames() {
        let h = s.frames(),
          N = async () => {
            let { value: k } = await h.next().catch(O),
              U = k ? y(k) : b()
            return U || !k || r ? nt(U) : N()
          }
        return et(() => E(N), $)
      },
      batches: () => et(j, $),
      async answer() {
        for (; !(await j()).done;);
        return p
      },
    },
  )
}
function nt(t) {
  return { done: t === void 0, value: t }
}
var st = class extends zt {
  #t
  constructor(e) {
    ;(super(), (this.#t = e))
  }
  pull() {
    this.#t.next().then(
      ({ done: e, value: n }) => this.received(e ? void 0 : [n]),
      (e) => this.failed(e),
    )
  }
  leave() {
    this.#t.return().catch(() => {})
  }
  fail() {
    this.leave()
  }
  finish() {
    this.leave()
  }
}
function ot(t, e = 'auto') {
  return wt(t, e, !0)
}
function Yt(t, e = 'auto') {
  return wt(t, e)
}
function ee(t, e) {
  let { messages: n, body: o, cancel: s, sessionId: i = oe(), ...f } = e,
    a = Zt(t, { method: 'POST', ...f, body: ne(n, o, i), ...(s && { cancel: se(s, i) }) }),
    u = (r) => a.cancel(r)
  return Object.assign(ot(a), { stream: a, sessionId: i, cancel: u })
}
function ne(t, e, n) {
  let o = e
  if (typeof o?.append == 'function' && typeof o.forEach == 'function') {
    let i = new o.constructor()
    return (
      o.forEach((f, a) => i.append(a, f)),
      i.set('messages', JSON.stringify(t)),
      i.set('sessionId', n),
      i
    )
  }
  if (!bt(e)) throw te('`body` must be a plain object or a form')
  let { toJSON: s } = Object(e)
  return { messages: t, ...(typeof s == 'function' ? s.call(e) : e), sessionId: n }
}
function se(t, e) {
  let n = typeof t == 'string' || 'href' in t ? { url: t } : t,
    { body: o } = n,
    s = (f) => (bt(f) ? { ...f, sessionId: e } : f)
  return {
    ...n,
    body:
      typeof o == 'function'
        ? (f) => {
            let a = o(f)
            return a?.then ? a.then(s) : s(a)
          }
        : s(o),
  }
}
function bt(t) {
  return t == null || Qt(t) === '[object Object]'
}
function oe() {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () =>
    (crypto.getRandomValues(new Uint8Array(1))[0] & 15).toString(16),
  )
}
function re(t = 'auto') {
  return (
    v(t),
    {
      begin(e) {
        let { read: n } = q(e, t)
        return { read: n, finish: () => n().text }
      },
    }
  )
}
export { Yt as deltasOf, ee as openChat, ot as textOf, re as textReader }
