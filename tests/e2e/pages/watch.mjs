// Keeps pages open in a real Chromium, each with cookies of its own, and answers questions about them: one JSON
// line in, one JSON line out.
// node watch.mjs CHROMIUM
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const [executablePath] = process.argv.slice(2)
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
const pages = {}
const complaints = []

const questions = {
  // Opens a page under a name.
  open: async (_, { page, url }) => {
    const context = await browser.newContext({ viewport: { width: 900, height: 700 } })
    pages[page] = await context.newPage()
    pages[page].on('pageerror', (error) => complaints.push(String(error)))
    await pages[page].goto(url)
  },
  // Waits until the page has connected, or was refused.
  settled: async (page) => {
    await page.waitForFunction(() => ['connected', 'refused'].includes(document.body.dataset.state))
    return page.evaluate(() => ({ state: document.body.dataset.state, text: document.body.innerText }))
  },
  // Waits until a job is shown as it should be.
  shown: async (page, { job, status }) => {
    await page.waitForFunction(([id, wanted]) => document.getElementById(id)?.dataset.status === wanted, [job, status])
    return page.evaluate((id) => document.getElementById(id).innerText, job)
  },
  // Waits until so many updates about a job have come, shown or not.
  received: async (page, { job, count = 0 }) => {
    await page.waitForFunction(([id, least]) => window.live.received.filter((each) => each.update.jobId === id).length >= least, [job, count])
    return page.evaluate(() => ({ received: window.live.received, dropped: Number(document.getElementById('dropped').textContent) }))
  },
}

try {
  for await (const line of createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line)
    const answer = await questions[asked.question](pages[asked.page], asked) ?? null
    console.log(JSON.stringify({ answer, complaints }))
  }
} finally {
  await browser.close()
}
