// Moments as people say them, which stay true while the page is open.
import { h } from './dom.js'
import { exactly, relatively } from './words.js'

const EVERY_MS = 15_000

export function ago(iso) {
  if (!iso) return h('span', { class: 'quiet' }, '—')
  const moment = Date.parse(iso)
  return h('time', { datetime: iso, title: exactly(moment), class: 'ago' }, relatively(moment))
}

setInterval(() => {
  for (const each of document.querySelectorAll('time.ago')) {
    const text = relatively(Date.parse(each.dateTime))
    if (each.textContent !== text) each.textContent = text
  }
}, EVERY_MS)
