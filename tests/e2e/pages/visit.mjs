// Opens a page in a real Chromium and tells, as JSON, what a person would see of it.
// node visit.mjs CHROMIUM URL SCREENSHOT [WIDTH]
import { chromium } from 'playwright-core'

const [executablePath, url, screenshot, width = '1100'] = process.argv.slice(2)
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
try {
  const page = await browser.newPage({ viewport: { width: Number(width), height: 900 } })
  const complaints = []
  const requested = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', (dialog) => { complaints.push('dialog'); dialog.dismiss() })
  page.on('request', (request) => { if (!request.url().startsWith('data:')) requested.push(request.url()) })
  await page.goto(url)
  await page.screenshot({ path: screenshot, fullPage: true })
  const seen = await page.evaluate(() => ({
    title: document.title,
    text: document.body.innerText,
    pictures: [...document.images].map((image) => ({ alt: image.alt, width: image.naturalWidth })),
    overflows: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    sections: [...document.querySelectorAll('section')].map((section) => section.id),
  }))
  console.log(JSON.stringify({ ...seen, complaints, requested }))
} finally {
  await browser.close()
}
