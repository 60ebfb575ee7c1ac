import { createApp } from 'vue'
import { $words, applySettings } from '../site/settings'
import type { Words } from '../site/words'
import CopyButton from '../vue/CopyButton.vue'
import SiteHeader from '../vue/SiteHeader.vue'
import DocsSearch from './DocsSearch.vue'

applySettings()
createApp(DocsSearch).mount('#search')
addCopyButtons()
foldPages()
showCurrent()
speak()
createApp(SiteHeader, { page: 'docs' }).mount('#app')

function addCopyButtons(): void {
  for (const listing of document.querySelectorAll('.listing')) {
    const place = listing.appendChild(document.createElement('div'))
    place.className = 'listing-copy'
    createApp(CopyButton, { text: listing.textContent, class: 'quiet' }).mount(place)
  }
}

/** Only a narrow page folds the list of pages away. */
function foldPages(): void {
  const button = document.querySelector('.docs-unfold')!
  button.addEventListener('click', () => {
    const isUnfolded = button.getAttribute('aria-expanded') === 'true'
    button.setAttribute('aria-expanded', String(!isUnfolded))
  })
}

/** Scrolls the list of pages, and nothing else, to this page. */
function showCurrent(): void {
  const list = document.querySelector<HTMLElement>('#docs-pages')!
  const current = list.querySelector<HTMLElement>('[aria-current]')
  if (current) list.scrollTop = current.offsetTop - list.offsetTop - list.clientHeight / 2
}

/** Says the site's own words in the visitor's language. */
function speak(): void {
  const say = ({ dataset }: HTMLElement, name: 'word' | 'label') =>
    String($words.get()[dataset[name] as keyof Words])
  $words.subscribe(() => {
    for (const element of document.querySelectorAll<HTMLElement>('[data-word]')) {
      element.textContent = say(element, 'word')
    }
    for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) {
      element.setAttribute('aria-label', say(element, 'label'))
    }
  })
}
