import DOMPurify from 'dompurify'
import { Marked, type MarkedExtension, type Token } from 'marked'

/** HTML that can't run, fetch, cover or ask anything: as a Trusted Type where the browser knows those. */
export type SafeHtml = string | TrustedHTML

/** HTML of a model's that is let through: tags that change what a text means, without attributes. */
const HARMLESS_TAG = /^<\/?(?:br|sub|sup|kbd)\s*\/?>$/i

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign]!)

/** The same, but character references of Markdown stay what they are. */
const escapeText = (text: string): string =>
  text.replaceAll(/&(?!#\d{1,7};|#x[\da-f]{1,6};|\w+;)|[<>"]/gi, (sign) => ENTITIES[sign]!)

/** What differs from Marked's own HTML. Nothing that a model wrote as HTML is parsed as such. */
const renderer: MarkedExtension['renderer'] = {
  html({ text }) {
    return HARMLESS_TAG.test(text.trim()) ? text : escape(text.replaceAll(/<[^>]*>/g, ''))
  },
  // A picture would be fetched, and its address can carry secrets.
  image({ text }) {
    return `▣ ${escape(text)}`
  },
  checkbox({ checked }) {
    return checked ? '☑ ' : '☐ '
  },
  text(token) {
    if ('tokens' in token && token.tokens) return this.parser.parseInline(token.tokens)
    return escapeText(token.text)
  },
}

const markdown = new Marked({ renderer })

/** The tags that Marked makes, and `HARMLESS_TAG`. */
const TAGS =
  'p br hr h1 h2 h3 h4 h5 h6 strong em del code pre blockquote ul ol li table thead tbody tr th td a sub sup kbd'

const POLICY = {
  ALLOWED_TAGS: TAGS.split(' '),
  ALLOWED_ATTR: ['href', 'align', 'start'],
  // No addresses, so not for what follows to judge.
  ADD_URI_SAFE_ATTR: ['align', 'start'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  RETURN_TRUSTED_TYPE: true as const,
}

/** The same without what takes the focus. */
const UNFOCUSABLE = { ...POLICY, FORBID_TAGS: ['a'] }

// After all attributes that a model chose are gone.
DOMPurify.addHook('afterSanitizeAttributes', (element) => {
  if (element.nodeName === 'A') describeLink(element)
})

/** Makes a link open apart from this page, and say where it goes. */
function describeLink(link: Element): void {
  const href = link.getAttribute('href') ?? ''
  if (!URL.canParse(href)) return link.removeAttribute('href')
  const url = new URL(href)
  const place = url.host || url.href
  link.setAttribute('href', url.href)
  link.setAttribute('title', url.href)
  link.setAttribute('target', '_blank')
  link.setAttribute('rel', 'noopener noreferrer nofollow')
  const shown = (link.textContent ?? '').trim().replace(/^https?:\/\//i, '')
  const isShown = shown.startsWith(place) && /^(?:$|[/?#])/.test(shown.slice(place.length))
  // The style sheet shows it.
  if (!isShown) link.setAttribute('data-goes-to', place)
}

/** One block as HTML that is still to be sanitized. */
export const htmlOf = (block: Token): string => markdown.parser([block])

/** Text as it is, as HTML. */
export const plainHtml = (text: string): string =>
  `<p>${escape(text.trim()).replaceAll('\n', '<br>')}</p>\n`

/** What is left of HTML when all that could do harm is gone. With `focusable: false` its links are text. */
export const sanitized = (html: string, focusable: boolean): SafeHtml =>
  DOMPurify.sanitize(html, focusable ? POLICY : UNFOCUSABLE)
