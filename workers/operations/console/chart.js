// A month's days as bars, drawn by hand; a line says what an even share of the budget would be.
import { h, svg, unique } from './dom.js'
import { day, money, t } from './words.js'

const WIDE = { width: 1080, height: 260 }
const NARROW = { width: 340, height: 200 }
const LEFT = 64
const RIGHT = 8
const BOTTOM = 24
const TOP = 10
const GRID_LINES = 4
// How finely dollars are told beside the lines.
const DIGITS = [0, 2, 3, 4, 5, 6]

export const narrow = matchMedia('(max-width: 760px)')

export function daysChart({ month, days, budgetUsdMicros: budget }) {
  const { width, height } = narrow.matches ? NARROW : WIDE
  const [year, number] = month.split('-').map(Number)
  const length = new Date(Date.UTC(year, number, 0)).getUTCDate()
  const spent = new Map(days.map((each) => [each.day, each]))
  const share = budget ? budget / length : null
  const highest = Math.max(...days.map((each) => each.usdMicros))
  const top = rounded(share && share < highest * 3 ? Math.max(highest, share) : highest)
  const y = (micros) => TOP + (height - TOP - BOTTOM) * (1 - micros / top)
  const slot = (width - LEFT - RIGHT) / length
  const [title, about] = [unique('chart'), unique('chart')]

  const bar = (_, place) => {
    const date = `${month}-${String(place + 1).padStart(2, '0')}`
    const found = spent.get(date)
    const x = LEFT + place * slot + slot * 0.15
    const text = `${day(Date.parse(date))}: ${money(found?.usdMicros ?? 0)}`
    return svg('g', { class: 'day' },
      svg('title', {}, text),
      svg('rect', { class: 'hover', x: LEFT + place * slot, y: TOP, width: slot, height: height - TOP - BOTTOM }),
      found ? svg('rect', { class: 'bar', x, y: y(found.usdMicros), width: slot * 0.7, height: Math.max(1, y(0) - y(found.usdMicros)), rx: Math.min(3, slot * 0.2) }) : null)
  }
  const lines = Array.from({ length: GRID_LINES + 1 }, (_, place) => (top * place) / GRID_LINES)
  const digits = DIGITS.find((each) => Number.isInteger((top / GRID_LINES) * 10 ** (each - 6))) ?? DIGITS.at(-1)
  const peak = days.reduce((one, other) => (other.usdMicros > one.usdMicros ? other : one))
  return h('figure', { class: 'chart' },
    svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-labelledby': `${title} ${about}`, preserveAspectRatio: 'xMidYMid meet' },
      svg('title', { id: title }, t('costs.days')),
      svg('desc', { id: about }, t('costs.chart', { count: days.length, day: day(Date.parse(peak.day)), amount: money(peak.usdMicros) })),
      lines.map((micros) => svg('g', { class: 'line', 'aria-hidden': 'true' },
        svg('line', { x1: LEFT, x2: width - RIGHT, y1: y(micros), y2: y(micros) }),
        svg('text', { x: LEFT - 8, y: y(micros) + 4, 'text-anchor': 'end' }, money(micros, digits)))),
      Array.from({ length }, bar),
      Array.from({ length }, (_, place) => place + 1).filter((each) => each === 1 || each % 5 === 0).map((each) =>
        svg('text', { x: LEFT + (each - 0.5) * slot, y: height - 6, 'text-anchor': 'middle', 'aria-hidden': 'true' }, String(each))),
      share && share <= top ? svg('line', { class: 'share', x1: LEFT, x2: width - RIGHT, y1: y(share), y2: y(share) }) : null),
    share && share <= top ? h('figcaption', { class: 'quiet small' }, h('span', { class: 'dash', 'aria-hidden': 'true' }), t('costs.even', { amount: money(share) })) : null)
}

// The next figure that people count in: 1, 2, 4, 5, 8 or 10 of a power of ten.
function rounded(micros) {
  const power = 10 ** Math.floor(Math.log10(Math.max(micros, 1)))
  return [1, 2, 4, 5, 8, 10].map((each) => each * power).find((each) => each >= micros)
}
