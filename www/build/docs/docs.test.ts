import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Highlighter } from '../highlighter.ts'
import { contentsOf } from './contents.ts'
import { hrefOf, repositoryOf } from './links.ts'
import { articleOf } from './markdown.ts'
import { readDocs } from './site.ts'

const highlighter = new Highlighter()
afterAll(() => highlighter.dispose())

const PLACES = { pages: new Set(['README.md', 'a.md']), repository: 'https://example.com/x' }
const article = (markdown: string) => articleOf(markdown, PLACES, highlighter)

describe('the table of contents', () => {
  const a = { file: 'a.md', title: 'A', summary: 'the `first`.' }
  const b = { file: 'b.md', title: 'B', summary: '' }
  it.each([
    ['a list', '# Docs\n\n- [A](a.md): the `first`.\n- [B](b.md)', [['', a, b]]],
    [
      'a heading above each list',
      '## One\n- [A](a.md): the `first`.\n\n## Two\n- [B](b.md)',
      [
        ['One', a],
        ['Two', b],
      ],
    ],
    [
      'a nested list',
      '- One\n  - [A](a.md): the `first`.\n- Two\n  - [B](b.md)',
      [
        ['One', a],
        ['Two', b],
      ],
    ],
    ['loose items', '## One\n\n- [A](a.md): the `first`.\n\n- [B](b.md)', [['One', a, b]]],
    ['pages under a page', '## One\n- [A](a.md): the `first`.\n  - [B](b.md)', [['One', a, b]]],
    [
      'links to other places',
      '- [A](a.md): the `first`.\n- [C](../c.md)\n- [D](https://d.example/d.md)',
      [['', a]],
    ],
  ])('reads %s', (_, markdown, expected) => {
    const parts = expected.map(([title, ...entries]) => ({ title, entries }))
    expect(contentsOf(markdown)).toEqual(parts)
  })
})

describe('links', () => {
  it.each([
    ['a.md', 'a.html'],
    ['a.md#one', 'a.html#one'],
    ['./a.md', 'a.html'],
    ['../docs/a.md#one', 'a.html#one'],
    ['README.md', 'index.html'],
    ['.', 'index.html'],
    ['#one', '#one'],
    ['https://example.org/a.md', 'https://example.org/a.md'],
    ['mailto:a@example.org', 'mailto:a@example.org'],
    ['../README.md#one', 'https://example.com/x/blob/main/README.md#one'],
    ['../tests/e2e', 'https://example.com/x/blob/main/tests/e2e'],
    ['other.txt', 'https://example.com/x/blob/main/docs/other.txt'],
  ])('%s goes to %s', (href, expected) => {
    expect(hrefOf(href, PLACES)).toBe(expected)
  })

  it('to files of the repository are words as long as no repository is known', async () => {
    const places = { ...PLACES, repository: undefined }
    const { html } = await articleOf('See [the test](../tests/a.ts).', places, highlighter)
    expect(html).toBe('<p>See <span title="../tests/a.ts">the test</span>.</p>\n')
  })

  it.each([
    [{}, undefined],
    [{ repository: 'github:a/b' }, 'https://github.com/a/b'],
    [{ repository: 'a/b' }, 'https://github.com/a/b'],
    [{ repository: { url: 'git+https://example.com/a/b.git' } }, 'https://example.com/a/b'],
    [{ repository: 'https://example.com/a/b/' }, 'https://example.com/a/b'],
  ])('of %j go to %s', (manifest, expected) => {
    expect(repositoryOf(manifest)).toBe(expected)
  })
})

describe('a page', () => {
  it('has the anchors that GitHub makes, each once', async () => {
    const { html, headings } = await article(
      '# T\n\n## `a.b()`, and more\n\n## One\n\n### One\n\n## 中文',
    )
    expect(headings.map(({ id }) => id)).toEqual(['ab-and-more', 'one', 'one-1', '中文'])
    expect(html).toContain('<h3 id="one-1"><a class="anchor" href="#one-1">One</a></h3>')
  })

  it('has no link in a link', async () => {
    const { html } = await article('## See [A](a.md)')
    expect(html).toBe('<h2 id="see-a">See <a href="a.html">A</a></h2>\n')
  })

  it('has its code highlighted by classes, without styles', async () => {
    const { html } = await article('```ts\nconst a = "<b>"\n```\n\n```\nplain <b>\n```')
    expect(html).toContain('class="code-token-keyword"')
    expect(html).toContain('plain &#x3C;b>')
    expect(html).not.toContain('style=')
  })

  it('has no header of a table without words', async () => {
    const { html } = await article('| | a |\n| --- | --- |\n| b | c |')
    expect(html).toContain('<tr><td></td>\n<th>a</th>\n</tr>')
  })

  it('is searched by its sections, as text', async () => {
    const markdown =
      '# T\n\nTop &amp; `x<y`.\n\n## One\n\n| a | b |\n| --- | --- |\n| c | *d* |\n\n```ts\nopenStream()\n```'
    const { sections } = await article(markdown)
    expect(sections.map(({ id, text }) => [id, text.split(/\s+/).join(' ').trim()])).toEqual([
      ['', 'Top & x<y.'],
      ['one', 'a b c d openStream()'],
    ])
  })

  it('fails for a language that nobody knows', async () => {
    await expect(article('```nonesuch\nx\n```')).rejects.toThrow('nonesuch')
  })
})

describe('the pages', () => {
  async function read(files: Record<string, string>) {
    const folder = await mkdtemp(join(tmpdir(), 'sluicegate-docs-'))
    try {
      await writeFile(join(folder, 'package.json'), '{}')
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
      return await readDocs(folder, join(folder, 'package.json'), highlighter)
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  it('follow each other as they are listed; what is not listed comes last', async () => {
    const { pages, sections } = await read({
      'README.md': '# Docs\n\n- [B](b.md): second letter\n- [A](a.md)',
      'a.md': '# A page\n\n## Under it\n\nText.',
      'b.md': '# B page',
      'c.md': '# C & page',
    })
    expect([...pages.keys()]).toEqual(['index.html', 'b.html', 'a.html', 'c.html'])
    const b = pages.get('b.html')!
    expect(b).toMatch(/rel="prev" href="index.html".*rel="next" href="a.html"/s)
    expect(b).toContain('content="second letter"')
    expect(b).toContain('<li><a href="c.html">C &amp; page</a></li>')
    expect(pages.get('c.html')).not.toContain('rel="next"')
    expect(sections).toEqual([
      { href: 'a.html#under-it', page: 'A', heading: 'Under it', text: 'Text.' },
    ])
  })

  it.each([
    ['a list', {}, 'needs a README.md that lists the pages'],
    [
      'a page that is listed',
      { 'README.md': '- [A](a.md)' },
      'README.md lists a.md, which is not there',
    ],
    ['a known language', { 'README.md': '- [A](a.md)', 'a.md': '```nonesuch\n```' }, 'a.md: '],
  ])('fail without %s', async (_, files, message) => {
    await expect(read(files)).rejects.toThrow(message)
  })
})
