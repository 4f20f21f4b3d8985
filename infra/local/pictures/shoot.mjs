// Takes one picture of a page in a real Chromium: node shoot.mjs '{"browser", "url", "target", "until", …}'; the
// camera says what else.
import { chromium } from 'playwright-core'

const { browser: executablePath, url, target, until, width, height, language, dark, session } = JSON.parse(process.argv[2])
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
try {
  // A condition in text is more than a page's own policy may allow.
  const page = await browser.newPage({
    bypassCSP: true, viewport: { width, height: height ?? 600 }, deviceScaleFactor: 2, locale: language, colorScheme: dark ? 'dark' : 'light',
  })
  await page.addInitScript((given) => { for (const [name, value] of Object.entries(given)) sessionStorage.setItem(name, value) }, session)
  await page.goto(url)
  console.log('open')
  await page.waitForFunction(until, undefined, { timeout: 120_000 })
  await page.screenshot({ path: target, fullPage: height === null })
} finally {
  await browser.close()
}
