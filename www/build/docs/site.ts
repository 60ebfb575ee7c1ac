import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Highlighter } from '../highlighter.ts'
import { contentsOf, type Entry, type Part } from './contents.ts'
import { htmlOf, repositoryOf } from './links.ts'
import { articleOf } from './markdown.ts'
import { documentOf, type Page } from './page.ts'

/** A section of a page, as the search finds it. */
export interface Found {
  /** Where it is, from the folder of the pages. */
  href: string
  /** The page's title. */
  page: string
  /** The section's; `''` for the top of the page. */
  heading: string
  text: string
}

/** The documentation as the site shows it. */
export interface DocsSite {
  /** The HTML of each page, by its file's name. */
  pages: Map<string, string>
  /** What the search knows. */
  sections: Found[]
}

const INDEX: Entry = {
  file: 'README.md',
  title: 'Documentation',
  summary: 'All pages of the documentation of Sluicegate.',
}

/**
 * Renders all Markdown files of a folder. `README.md` lists them: its order is that of the pages. Files that it does
 * not list come last.
 */
export async function readDocs(
  folder: string,
  manifest: string,
  highlighter: Highlighter,
): Promise<DocsSite> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.md')).toSorted()
  const texts = new Map(
    await Promise.all(
      files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const),
    ),
  )
  const list = texts.get(INDEX.file)
  if (list === undefined) throw new Error(`${folder} needs a README.md that lists the pages`)
  const parts = withUnlisted(contentsOf(list), texts)
  const entries = [INDEX, ...parts.flatMap((part) => part.entries)]
  const repository = repositoryOf(JSON.parse(await readFile(manifest, 'utf8')))
  const places = { pages: new Set(files), repository }
  const pages = await Promise.all(
    entries.map(async (entry, i): Promise<Page> => {
      const text = texts.get(entry.file)
      if (text === undefined) throw new Error(`README.md lists ${entry.file}, which is not there`)
      const article = await articleOf(text, places, highlighter).catch((error: unknown) => {
        throw new Error(`${entry.file}: ${String(error)}`, { cause: error })
      })
      const [previous, next] = [entries[i - 1], entries[i + 1]]
      return { file: entry.file, entry, article, parts, previous, next }
    }),
  )
  return {
    pages: new Map(pages.map((page) => [htmlOf(page.file), documentOf(page)])),
    sections: pages.filter(({ entry }) => entry !== INDEX).flatMap(sectionsOf),
  }
}

function sectionsOf({ file, entry, article }: Page): Found[] {
  return article.sections
    .filter(({ heading, text }) => heading !== '' || text.trim() !== '')
    .map(({ id, heading, text }) => ({
      href: htmlOf(file) + (id && `#${id}`),
      page: entry.title,
      heading,
      text: text.replaceAll(/\s+/g, ' ').trim(),
    }))
}

function withUnlisted(parts: Part[], texts: ReadonlyMap<string, string>): Part[] {
  const listed = new Set(parts.flatMap(({ entries }) => entries.map(({ file }) => file)))
  const entries = [...texts]
    .filter(([file]) => file !== INDEX.file && !listed.has(file))
    .map(([file, text]) => ({ file, title: /^# (.+)$/m.exec(text)?.[1] ?? file, summary: '' }))
  return entries.length > 0 ? [...parts, { title: '', entries }] : parts
}
