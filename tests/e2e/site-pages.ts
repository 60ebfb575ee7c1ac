import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { By, until, type WebDriver } from 'selenium-webdriver'

/** The built site. */
export const SITE = fileURLToPath(new URL('../../www/dist', import.meta.url))

/** The pages that are a chat. */
export const CHATS = ['vue.html', 'react.html']
/** Pages with a chat on them. */
export const TALKS = ['index.html', ...CHATS]
export const PAGES = [...TALKS, 'recipes.html', 'bench/index.html', 'docs/index.html']

/** The pages of the documentation, the longest first. */
export const DOCS = readdirSync(join(SITE, 'docs'))
  .filter((file) => file.endsWith('.html') && file !== 'index.html')
  .map((file) => `docs/${file}`)
  .toSorted((a, b) => statSync(join(SITE, b)).size - statSync(join(SITE, a)).size) as [
  string,
  ...string[],
]

/** Makes the visitor's choices, and opens a page at its URL. */
export async function openPage(driver: WebDriver, url: string, choices: Record<string, string>) {
  await driver.get(url)
  await driver.executeScript(
    `localStorage.clear()
    for (const [name, value] of Object.entries(arguments[0])) localStorage['sluicegate:' + name] = value`,
    choices,
  )
  await driver.get('about:blank')
  await driver.get(url)
  await isReady(driver)
}

/** Waits until the page's scripts have run. */
export async function isReady(driver: WebDriver): Promise<void> {
  await driver.wait(until.elementLocated(By.css('.masthead')), 20_000)
  await driver.wait(until.elementLocated(By.css('main h1')), 20_000)
}
