// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import { type Blocks, GrowingMarkdown } from './markdown'

const TEXT = `One **bold** word.

1. a

2. b

\`\`\`
code
  more
\`\`\`

> quoted

The end, with a [link](https://example.com).`

const inOneGo = (text: string) => new GrowingMarkdown().render(text, true).settled.join('')

describe('GrowingMarkdown', () => {
  it('never changes a settled block while the text grows, and ends as if it had come at once', () => {
    const growing = new GrowingMarkdown()
    let before: Blocks['settled'] = []
    for (let length = 0; length <= TEXT.length; length += 1) {
      const { settled } = growing.render(TEXT.slice(0, length), false)
      expect(settled.slice(0, before.length)).toEqual(before)
      before = settled
    }
    expect(before.length).toBeGreaterThan(2)
    const { settled, tail } = growing.render(TEXT, true)
    expect(tail).toBe('')
    expect(settled.join('')).toBe(inOneGo(TEXT))
  })

  it('shows a tail that cannot take the focus', () => {
    const { tail } = new GrowingMarkdown().render('See [this](https://example.com)', false)
    expect(tail).toBe('<p>See this</p>\n')
  })

  it('keeps line breaks, and runs nothing that a model writes', () => {
    expect(inOneGo('a\nb')).toBe('<p>a<br>b</p>\n')
    const html = inOneGo(
      '<img src=x onerror="alert(1)"> <script>alert(2)</script> [x](javascript:alert(3))',
    )
    expect(html).not.toMatch(/onerror|<script|javascript:/)
  })
})
