// Replaying, archiving or restoring letters: first what would be done, then doing it.
import { path, post } from './api.js'
import { announce, h, swap, unique } from './dom.js'
import { dialog } from './dialog.js'
import { complaint, jobLink, outcome, table } from './parts.js'
import { number, t, word } from './words.js'

const MOST = 10_000
const DEFAULT_RATE = 10
const NAMED = 20
// The app goes on by itself after that.
const DRIVEN_SECONDS = 60

export function operationDialog({ kind, subscription, selector, count }) {
  const id = crypto.randomUUID()
  const limit = field('operation.limit', { type: 'number', min: 1, max: MOST, step: 1, required: true, value: Math.min(count, MOST), inputmode: 'numeric' })
  const rate = field('operation.rate', { type: 'number', min: 0.1, max: 100, step: 'any', required: true, value: DEFAULT_RATE, inputmode: 'decimal' })
  const ladder = h('input', { type: 'checkbox', id: unique('ladder'), checked: true })
  const answer = h('div', { class: 'rehearsal', 'aria-live': 'polite' })
  const rehearse = h('button', { type: 'submit' }, t('operation.rehearse'))
  const start = h('button', { type: 'button', class: 'primary', disabled: true, on: { click: begin } }, t(`operation.start.${kind}`, { count: 0 }))
  const place = path('dead-letters', subscription, kind)
  const whole = Object.keys(selector).length === 0

  const body = () => ({ selector, limit: Number(limit.input.value), ratePerSecond: Number(rate.input.value), ladder: kind === 'replay' && ladder.checked })

  async function look(event) {
    event.preventDefault()
    await working(rehearse, async () => {
      const told = await post(place, { ...body(), dryRun: true })
      swap(answer, rehearsal(kind, told))
      const effective = told.counts.filter((each) => ['sent', 'archived'].includes(each.outcome)).reduce((sum, each) => sum + each.count, 0)
      start.disabled = told.chosen === 0
      start.textContent = t(`operation.start.${kind}`, { count: effective || told.chosen })
      if (!start.disabled) start.focus()
    })
  }

  async function begin() {
    await working(start, async () => {
      const begun = await post(place, { ...body(), id, waitSeconds: 0 })
      announce(t('operation.begun'))
      // The same request again is the same operation: it is driven by whoever waits for it.
      post(place, { ...body(), id, waitSeconds: DRIVEN_SECONDS }).catch(() => {})
      location.hash = `operations/${begun.id}`
    })
  }

  async function working(button, task) {
    const before = button.textContent
    button.disabled = true
    button.textContent = t('working')
    button.setAttribute('aria-busy', 'true')
    try {
      await task()
    } catch (error) {
      swap(answer, h('p', { class: 'complaint', role: 'alert' }, complaint(error)))
    } finally {
      if (button.textContent === t('working')) button.textContent = before
      button.removeAttribute('aria-busy')
      if (button === rehearse) button.disabled = false
    }
  }

  // Another question needs another look.
  const changed = () => {
    start.disabled = true
    swap(answer)
  }
  const form = h('form', { on: { submit: look, input: changed } },
    h('p', { class: 'quiet' }, t(`operation.about.${kind}`)),
    whole ? h('p', { class: 'complaint' }, t('operation.whole', { name: word('subscription', subscription) })) : null,
    h('div', { class: 'filters' }, limit.row, rate.row),
    kind === 'replay' ? h('p', { class: 'check' }, ladder, h('label', { for: ladder.id }, t('operation.ladder'))) : null,
    answer,
    h('div', { class: 'actions end' }, rehearse, start))
  dialog(t(`operation.title.${kind}`), form)
  limit.input.focus()
}

function field(label, properties) {
  const input = h('input', { id: unique('field'), ...properties })
  return { input, row: h('div', { class: 'field' }, h('label', { for: input.id }, t(label)), input) }
}

function rehearsal(kind, { chosen, counts, messages }) {
  if (!chosen) return h('p', {}, t('operation.nothing'))
  return h('div', {},
    h('h3', {}, t('operation.would', { count: chosen })),
    table(t('operation.would', { count: chosen }), [{ title: t('operation.outcome'), main: true }, { title: t('operation.count'), end: true }],
      counts.map((each) => [outcome(kind === 'replay' && each.outcome === 'sent' ? 'sent' : each.outcome, each.reason), number(each.count)])),
    h('details', {},
      h('summary', {}, t('operation.messages', { count: Math.min(chosen, NAMED) })),
      h('ul', { class: 'list tight' }, messages.slice(0, NAMED).map((each) =>
        h('li', {}, each.jobId ? jobLink(each.jobId) : h('span', { class: 'id' }, `#${each.sequenceNumber}`), h('span', { class: 'end' }, outcome(each.outcome, each.reason)))))))
}
