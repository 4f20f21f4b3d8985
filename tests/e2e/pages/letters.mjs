// Opens letters in a real Chromium, on a phone and on a desk, light and dark, and tells what is seen, as JSON.
// node letters.mjs CHROMIUM DIRECTORY FILE…
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const [executablePath, directory, ...files] = process.argv.slice(2)
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })

// WCAG's contrast of each text with what is behind it; the least of them, and whose it is.
const look = () => {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number)
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor)
      if (colour.length === 3 || colour[3] === 1) return colour
    }
    return [255, 255, 255]
  }
  const texts = [...document.querySelectorAll('body *')].filter((each) => each.getClientRects().length && getComputedStyle(each).opacity !== '0' && [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
  const contrasts = texts.map((each) => {
    const [a, b] = [luminance(channels(getComputedStyle(each).color)), luminance(behind(each))].sort((x, y) => y - x)
    return { contrast: (a + 0.05) / (b + 0.05), text: each.textContent.trim().slice(0, 40), size: parseFloat(getComputedStyle(each).fontSize) }
  })
  return {
    least: contrasts.reduce((least, each) => (each.contrast < least.contrast ? each : least)),
    smallest: Math.min(...contrasts.map((each) => each.size)),
    ground: getComputedStyle(document.body).backgroundColor,
    buttons: [...document.querySelectorAll('.btn a, button')].map((button) => button.getBoundingClientRect().height),
    overflows: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  }
}

const seen = []
try {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ colorScheme })
    const page = await context.newPage()
    let complaints
    page.on('console', (message) => complaints.push(message.text()))
    page.on('request', (request) => { if (!request.url().startsWith('file:')) complaints.push(request.url()) })
    for (const file of files) {
      complaints = []
      await page.goto(pathToFileURL(file).href)
      for (const width of [390, 700]) {
        await page.setViewportSize({ width, height: 700 })
        const name = basename(file, '.html')
        await page.screenshot({ path: `${directory}/${name}-${width}-${colorScheme}.png`, fullPage: true })
        seen.push({ name, width, colorScheme, complaints, ...(await page.evaluate(look)) })
      }
    }
    await context.close()
  }
  console.log(JSON.stringify(seen))
} finally {
  await browser.close()
}
