// A month's money: by day, model, worker and creator.
import { get, query } from './api.js'
import { foreign, h, swap } from './dom.js'
import { budgetOf } from './budget.js'
import { daysChart, narrow } from './chart.js'
import { icon } from './icons.js'
import { card, facts, heading, loading, nothing, table } from './parts.js'
import { again } from './polling.js'
import { day, money, number, t, word } from './words.js'

const SECONDS = 60
const SHOWN = 12

export function openCosts(context, asked) {
  const place = h('div', { class: 'stack wide-gaps' }, loading())
  const thisMonth = new Date().toISOString().slice(0, 7)
  const month = /^20\d\d-(0[1-9]|1[0-2])$/.test(asked ?? '') ? asked : thisMonth
  let known = null
  const draw = () => known && swap(place, drawn(known))
  narrow.addEventListener('change', draw)
  const polling = again(async () => {
    known = await get(`costs${query({ month: month === thisMonth ? null : month })}`)
    draw()
  }, () => SECONDS, (error) => context.failed(place, error))
  return {
    element: h('div', { class: 'view' }, heading(t('costs.title'), months(month, thisMonth)), place),
    close: () => {
      polling.stop()
      narrow.removeEventListener('change', draw)
    },
  }
}

function months(month, last) {
  const step = (by) => {
    const [year, number] = month.split('-').map(Number)
    return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7)
  }
  const title = (each) => day(Date.parse(`${each}-01`), { month: 'long', year: 'numeric' })
  const link = (each, sign) => (each > last ? h('span', { class: 'icon-button off' }, icon(sign)) : h('a', { class: 'icon-button', href: `#costs/${each}`, 'aria-label': title(each), title: title(each) }, icon(sign)))
  return h('div', { class: 'months' }, link(step(-1), 'back'), h('span', {}, title(month)), link(step(1), 'next'))
}

function drawn(costs) {
  const calls = costs.days.reduce((sum, each) => sum + each.calls, 0)
  return [
    h('div', { class: 'grid two' },
      card(t('costs.month'), budgetOf(costs)),
      card(t('costs.saved'), h('p', { class: 'figure' }, money(costs.spared.usdMicros)), h('p', { class: 'quiet' }, t('costs.spared', { count: costs.spared.answers })),
        facts([[t('costs.calls'), number(calls)]]))),
    card(t('costs.days'), costs.days.length ? [daysChart(costs), h('details', {}, h('summary', {}, t('costs.numbers')), daysTable(costs.days))] : nothing(t('costs.nothing'))),
    h('div', { class: 'grid three' },
      shares(t('costs.models'), costs.models, 'deployment'),
      shares(t('costs.workers'), costs.workers, 'jobType', 'type'),
      shares(t('costs.creators'), costs.creators, 'creatorId')),
  ]
}

function daysTable(days) {
  return table(t('costs.days'),
    [{ title: t('costs.day'), main: true }, { title: t('costs.amount'), end: true }, { title: t('costs.calls'), end: true }, { title: t('costs.jobs'), end: true }],
    days.map((each) => [day(Date.parse(each.day)), money(each.usdMicros), number(each.calls), number(each.jobs)]))
}

function shares(title, rows, name, family) {
  if (!rows.length) return card(title, nothing(t('costs.nothing')))
  const most = Math.max(...rows.map((each) => each.usdMicros), 1)
  const row = (each) =>
    h('li', {},
      h('span', { class: 'grow' }, foreign(family ? word(family, each[name]) : each[name], 60)),
      h('span', { class: 'end' }, money(each.usdMicros)),
      h('span', { class: 'bar', 'aria-hidden': 'true' }, h('span', { class: 'fill', style: { width: `${(each.usdMicros / most) * 100}%` } })))
  return card(title, h('ul', { class: 'list shares' }, rows.slice(0, SHOWN).map(row)))
}
