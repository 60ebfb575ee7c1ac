// The vendors' own clients and ours read the same answer from the same bytes, also where members are
// added, null or missing, and fragments of parallel tool calls come in another order.

import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { agUi, aiSdk, tanstack } from './clients/agents.js'
import { type Client, ours } from './clients/common.js'
import { anthropic, coze, gemini, geminiInteractions, ollama } from './clients/models.js'
import { completions, mistral, openaiChat, openaiResponses } from './clients/openai.js'
import { DIALECTS, generate } from './generated.js'
import { mutated } from './mutations.js'
import { type Transcript, TRANSCRIPTS } from './transcripts.js'

/** Whose client reads which dialect. Dify, Cloudflare and llama.cpp have none that reads a stream. */
const CLIENTS: Record<string, Client> = {
  'openai-chat': openaiChat,
  completions,
  mistral,
  'openai-responses': openaiResponses,
  anthropic,
  gemini,
  'gemini-interactions': geminiInteractions,
  ollama,
  'ai-sdk': aiSdk,
  'ag-ui': agUi,
  tanstack,
  coze,
}

// AG-UI's client warns of each unknown member.
mock.method(console, 'warn', () => undefined)

/** What their clients say of an error, where that is not its message. */
const ERRORS: Record<string, RegExp> = {
  // It goes by its schema, which an error isn't of.
  mistral: /Invalid input/,
}

/** What our answer has that theirs hasn't. */
const DIFFERENCES = [
  {
    name: 'openai-responses/incomplete.sse',
    why: 'theirs is the last event, whose output lacks the reasoning that was streamed',
    ours: { reasoning: '**Adding**\n\n**Checking**' },
  },
]

/** Whose clients check each event against a schema. */
const STRICT = ['mistral', 'ai-sdk', 'ag-ui', 'tanstack']

/** What `openai` says where it insists on a member that the answer does without. */
const MISSING = /^missing /

/** Transcripts on disk in another dialect than their format's name. */
const DIALECT_OF: Record<string, string> = {
  'openai-chat/completions.sse': 'completions',
  'openai-chat/mistral.sse': 'mistral',
}

/** Which client reads a transcript on disk, if there is one. */
function clientOf({ name, format }: Transcript): Client | undefined {
  return CLIENTS[DIALECT_OF[name] ?? format]
}

const textOf = ({ bytes }: Transcript): string => new TextDecoder().decode(bytes)

const SEEDS = 30

for (const transcript of TRANSCRIPTS) {
  const theirs = clientOf(transcript)
  if (!theirs) continue
  test(`${transcript.name}: as the vendor's own client`, async () => {
    const difference = DIFFERENCES.find(({ name }) => name === transcript.name)
    if (transcript.expected.error) {
      const [, message] = transcript.expected.error
      await assert.rejects(theirs(transcript), (error: Error) => error.message.includes(message))
      await assert.rejects(ours(transcript), { code: 'upstream' })
    } else {
      const wanted = { ...(await theirs(transcript)), ...difference?.ours }
      assert.deepEqual(await ours(transcript, 'auto'), wanted)
    }
  })
}

for (const [name, theirs] of Object.entries(CLIENTS)) {
  test(`${name}: random answers are read as the vendor's own client reads them`, async () => {
    for (let seed = 1; seed <= 2 * SEEDS; seed++) {
      const { transcript, error } = generate(name, seed)
      try {
        if (error === undefined) {
          assert.deepEqual(await ours(transcript), await theirs(transcript))
        } else {
          await assert.rejects(theirs(transcript), { message: ERRORS[name] ?? new RegExp(error) })
        }
      } catch (cause) {
        throw new Error(`${transcript.name}:\n${textOf(transcript)}`, { cause })
      }
    }
  })
}

for (const name of Object.keys(DIALECTS)) {
  test(`${name}: random answers are read as they were meant`, async () => {
    for (let seed = 1; seed <= 4 * SEEDS; seed++) {
      const { transcript, expected, error } = generate(name, seed)
      for (const format of [transcript.format, 'auto'] as const) {
        try {
          if (error === undefined) assert.deepEqual(await ours(transcript, format), expected)
          else await assert.rejects(ours(transcript, format), { code: 'upstream' })
        } catch (cause) {
          throw new Error(`${transcript.name}, ${format}:\n${textOf(transcript)}`, { cause })
        }
      }
    }
  })
}

/** The same of a mutation as of what it was made of, and the same as the vendor's own client. */
async function compare(transcript: Transcript, dialect: string, seed: number): Promise<boolean> {
  const theirs = CLIENTS[dialect]!
  const other = mutated(transcript, seed, STRICT.includes(dialect))
  try {
    const answer = await ours(other, 'auto')
    const wanted = await theirs(other).catch((error: Error) => {
      if (!MISSING.test(error.message)) throw error
      return undefined
    })
    const difference = DIFFERENCES.find(({ name }) => name === transcript.name)
    const plain = await ours(transcript)
    assert.deepEqual(answer, wanted ? { ...wanted, ...difference?.ours } : plain)
    return wanted !== undefined
  } catch (cause) {
    throw new Error(`${transcript.name}, seed ${seed}:\n${textOf(other)}`, { cause })
  }
}

for (const [name, theirs] of Object.entries(CLIENTS)) {
  test(`${name}: random mutations are read as the vendor's own client reads them`, async () => {
    let compared = 0
    const onDisk = TRANSCRIPTS.filter((transcript) => clientOf(transcript) === theirs)
    for (let seed = 1; seed <= SEEDS; seed++) {
      for (const transcript of onDisk) {
        if (transcript.expected.error) continue
        if (await compare(transcript, name, seed)) compared++
      }
      const { transcript, error } = generate(name, seed)
      if (error === undefined && (await compare(transcript, name, seed))) compared++
    }
    assert.ok(compared >= 20, `${compared} comparisons`)
  })
}
