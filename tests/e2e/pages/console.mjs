// Walks the console in a real Chromium, and answers questions about it: one JSON line in, one JSON line out.
// node console.mjs CHROMIUM
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const [executablePath] = process.argv.slice(2)
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PATIENCE_MS = 90_000
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
let page = null
let requests = []
let complaints = []

const questions = {
  open: async ({ url, width = 1280, locale = 'en-US', scheme = 'light' }) => {
    await page?.context().close()
    requests = []
    complaints = []
    const context = await browser.newContext({ viewport: { width, height: 844 }, locale, colorScheme: scheme, reducedMotion: 'reduce' })
    page = await context.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    page.on('request', (request) => requests.push(request.url()))
    page.on('websocket', (socket) => requests.push(socket.url()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => { if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`) })
    page.on('dialog', (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss() })
    await page.goto(url)
  },
  go: ({ hash }) => page.evaluate((to) => { location.hash = to }, hash),
  fill: ({ label, value }) => page.getByLabel(label, { exact: true }).fill(value),
  choose: ({ label, value }) => page.getByLabel(label, { exact: true }).selectOption(value),
  click: ({ selector }) => page.locator(selector).first().click(),
  press: async ({ keys }) => { for (const key of keys) await page.keyboard.press(key) },
  // Presses Tab until what has the focus is what is looked for.
  tab: async ({ selector, most = 60 }) => {
    for (let pressed = 0; pressed < most; pressed += 1) {
      await page.keyboard.press('Tab')
      const outline = await page.evaluate((wanted) => document.activeElement.matches(wanted) && getComputedStyle(document.activeElement).outlineStyle, selector)
      if (outline) return outline
    }
    throw new Error(`${selector} is out of the keyboard's reach`)
  },
  shown: async ({ selector, text, gone = false }) => {
    const found = page.locator(selector).filter(text === undefined ? {} : { hasText: text }).first()
    await found.waitFor({ state: gone ? 'detached' : 'visible' })
    return gone ? null : found.evaluate((element) => element.innerText ?? element.textContent)
  },
  texts: ({ selector }) => page.locator(selector).allInnerTexts(),
  evaluate: ({ script }) => page.evaluate(script),
  // From now on something is answered otherwise than by the app.
  answered: ({ path, status, json }) => page.route(`**/api/${path}`, (route) => route.fulfill({ status, json })),
  // Who signs in is told of no SignalR.
  alone: () => page.route('**/api/console/session', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), realtime: null } })
  }),
  // From now on every answer says in all of these fields what somebody hostile might have written.
  poisoned: ({ fields, text }) => page.route('**/api/**', async (route) => {
    if (route.request().method() !== 'GET' || route.request().url().includes('/console')) return route.continue()
    const poisoned = (value, name) => {
      if (Array.isArray(value)) return value.map((each) => poisoned(each, name))
      if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, poisoned(each, key)]))
      return typeof value === 'string' && fields.includes(name) ? text : value
    }
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: poisoned(await answer.json()) })
  }),
  looked: async ({ width }) => {
    await page.evaluate(AXE)
    const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
    const beyond = []
    for (const each of [1280, 390, width]) {
      await page.setViewportSize({ width: each, height: 844 })
      if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)) beyond.push(`${each}: ${page.url()}`)
    }
    return { beyond, violations: violations.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join(' | ')}`) }
  },
  picture: ({ path }) => page.screenshot({ path, fullPage: true }),
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line)
  let answer = null
  let problem = null
  try {
    answer = await questions[asked.question](asked) ?? null
  } catch (error) {
    problem = `${asked.question} ${asked.selector ?? asked.label ?? ''}: ${String(error).slice(0, 600)}`
  }
  console.log(JSON.stringify({ answer, problem, requests, complaints }))
}
await browser.close()
