// `npm run page -w sluicegate-tests`: how soon the built chat pages can be used, and whether they keep up with a model
// that writes 2,000 tokens a second. In Chromium, which tells of long tasks.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { By, type WebDriver } from 'selenium-webdriver'
import { launch, startServer } from '../webdriver/index'

const SITE = fileURLToPath(new URL('../../www/dist', import.meta.url))

const PACE = 2000
const SECONDS = 8
const TOKENS = PACE * SECONDS
/** In milliseconds. */
const BEAT = 10
const PATIENCE = 60_000

/** A model of OpenAI's protocol that writes paragraphs of words, at that pace. */
const model = createServer((_request, response) => void write(response))
model.listen(0, '127.0.0.1')
await once(model, 'listening')
const { port } = model.address() as AddressInfo

const upstream = ['--upstream', `http://127.0.0.1:${port}/v1`, '--model', 'fast']
const relay = await startServer('sluicegate-relay', ['--site', SITE, ...upstream], 'release')
const browser = await launch('chromium')
try {
  for (const page of ['vue.html', 'react.html']) await measure(browser, `${relay.url}/${page}`)
} finally {
  await browser.quit()
  await relay.stop()
  model.closeAllConnections()
  model.close()
}

async function measure(driver: WebDriver, url: string): Promise<void> {
  const starts: number[] = []
  for (let load = 0; load < 5; load++) {
    await driver.get('about:blank')
    await driver.get(url)
    await driver.wait(() => driver.executeScript('return document.activeElement.id === "prompt"'))
    starts.push(
      await driver.executeScript<number>(
        `return performance.getEntriesByName('interactive')[0].startTime`,
      ),
    )
  }
  await driver.executeScript(`window.tasks = []
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'longtask' })
    window.frames = 0
    const count = () => { frames += 1; requestAnimationFrame(count) }
    count()`)
  await driver.findElement(By.id('prompt')).sendKeys('Go on.')
  await driver.executeScript('window.frames = 0; window.tasks.length = 0')
  const asked = performance.now()
  await driver.findElement(By.css('[data-testid=send]')).click()
  await driver.wait(
    () =>
      driver.executeScript(
        `return document.querySelector('[data-testid=status]')?.textContent.includes('complete')`,
      ),
    PATIENCE,
    'the answer did not end',
    500,
  )
  const seconds = (performance.now() - asked) / 1000
  const [tasks, frames, kept] = await driver.executeScript<[number[], number, string]>(
    `return [tasks, frames, JSON.parse(localStorage['sluicegate:conversations'])[0].turns[0].text]`,
  )
  assert.equal(kept.split(' ').length, TOKENS + 1, 'tokens were lost')
  console.log(
    `${new URL(url).pathname}: interactive ${starts.map((ms) => ms.toFixed(0)).join(', ')} ms after the navigation; ` +
      `${TOKENS} tokens in ${seconds.toFixed(1)} s, ${(frames / seconds).toFixed(0)} frames a second, ` +
      `long tasks (over 50 ms): ${tasks.length === 0 ? 'none' : tasks.map((ms) => `${ms} ms`).join(', ')}`,
  )
}

async function write(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const begun = performance.now()
  for (let sent = 0; sent < TOKENS && !response.destroyed; await delay(BEAT)) {
    const due = Math.min(TOKENS, ((performance.now() - begun) * PACE) / 1000)
    for (; sent < due; sent++) response.write(chunk(sent % 120 === 119 ? 'end.\n\n ' : 'word '))
  }
  response.end(`${chunk('', 'stop')}data: [DONE]\n\n`)
}

function chunk(content: string, finish_reason: string | null = null): string {
  const choices = [{ index: 0, delta: { content }, finish_reason }]
  return `data: ${JSON.stringify({ choices })}\n\n`
}
