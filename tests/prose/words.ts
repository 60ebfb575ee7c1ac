/**
 * Finds words that the project's texts don't use, and says what to write instead. It reads doc comments, the messages of
 * what users run, and Markdown files, each outside of code. Exits with 1 if there are any.
 *
 * `words: allow` in the same line allows them there, for quotations.
 */

import { readFileSync } from 'node:fs'
import { repositoryPaths, ROOT } from './files.js'

/** What happens again and again: "one call per chunk", not "one call a chunk". */
const UNIT =
  '(?:attempt|batch|case|chunk|entry|event|file|frame|item|line|message|page|request|row|stream|tab|token|turn)'

const BANNED: readonly [pattern: RegExp, instead: string][] = [
  [/\b(?:gives|gave|giving)\b(?! (?:up|way|away|back)\b)/i, 'returns, yields, provides'],
  [
    new RegExp(`\\b(?:once|twice|one|two|\\d+) an? (?:\\w+ )?${UNIT}(?=[.,;:)]|$| at most)`, 'i'),
    'per',
  ],
  [/\bpass(?:es|ed|ing) over\b/i, 'ignores, skips'],
  [/\banew\b/i, 'again'],
  [/\bamid\b/i, 'during'],
  [/\b(?:let|lets|letting) go\b/i, 'closed, released, no longer held'],
  [/\belse than\b/i, 'other than'],
  [/\bRust face\b/i, 'Rust API'],
  [/\bdice\b/i, 'randomness'],
  [/\bnobody (?:asks|cares|hears|knows|looks|sees)\b/i, 'unknown, unused, hidden'],
  [/\btells? of\b/i, 'reports'],
  [/\b(?:body|response|stream) (?:is|was) gone\b/i, 'consumed, closed'],
  [/\bsays? nothing\b/i, 'has no effect, is absent, prints nothing'],
]

interface Line {
  number: number
  text: string
}

/** Returns the lines that are prose, without the code in them. */
function prose(lines: Line[]): Line[] {
  let isCode = false
  return lines.flatMap(({ number, text }) => {
    if (/^[\s*/!>-]*(?:```|~~~)/.test(text)) isCode = !isCode
    return isCode ? [] : { number, text: text.replace(/`[^`]*`/g, '') }
  })
}

/** Returns the lines of doc comments in TypeScript and JavaScript. */
function docComments(lines: Line[]): Line[] {
  let isInside = false
  return lines.filter(({ text }) => {
    const isComment = isInside || /^\s*\/\*\*/.test(text)
    if (isComment) isInside = !text.includes('*/')
    return isComment
  })
}

/** Returns the string literals that are sentences. */
function messages(lines: Line[]): Line[] {
  return lines.flatMap(({ number, text }) => {
    if (/^\s*(?:\/\/|\/?\*)/.test(text)) return []
    return (text.match(/(["'`])(?:(?!\1)[^\\]|\\.)*\1/g) ?? [])
      .filter((literal) => literal.includes(' '))
      .map((literal) => ({ number, text: literal }))
  })
}

function linesToRead(file: string, content: string): Line[] {
  const lines = content.split('\n').map((text, at) => ({ number: at + 1, text }))
  if (file.endsWith('.md')) return prose(lines)
  const comments = file.endsWith('.rs')
    ? lines.filter(({ text }) => /^\s*\/\/[/!]/.test(text))
    : docComments(lines)
  const isRunByUsers = /^(?:pkg\/src|src|www\/relay\/src|xtask\/src)\//.test(file)
  return [...prose(comments), ...(isRunByUsers ? messages(lines) : [])]
}

const files = repositoryPaths().filter((path) => /\.(?:md|rs|m?[jt]sx?|vue|svelte)$/.test(path))

let count = 0
for (const file of files) {
  const content = readFileSync(ROOT + file, 'utf8')
  const allowed = content.split('\n').map((line) => line.includes('words: allow'))
  for (const { number, text } of linesToRead(file, content)) {
    if (allowed[number - 1]) continue
    for (const [pattern, instead] of BANNED) {
      const [found] = pattern.exec(text) ?? []
      if (found === undefined) continue
      console.error(`${file}:${number}: "${found}": write ${instead}`)
      count += 1
    }
  }
}
if (count > 0) {
  console.error(`\nRewrite these ${count} places in plain words.`)
  process.exitCode = 1
}
