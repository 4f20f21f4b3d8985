// Takes one picture of a page in a real Chromium: node shoot.mjs '{"browser", "url", "target", "width", "until"}'.
import { chromium } from 'playwright-core'

const { browser: executablePath, url, target, width, until } = JSON.parse(process.argv[2])
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
try {
  // A condition in text is more than a page's own policy may allow.
  const page = await browser.newPage({ bypassCSP: true, viewport: { width, height: 600 }, deviceScaleFactor: 2 })
  await page.goto(url)
  console.log('open')
  await page.waitForFunction(until, undefined, { timeout: 120_000 })
  await page.screenshot({ path: target, fullPage: true })
} finally {
  await browser.close()
}
