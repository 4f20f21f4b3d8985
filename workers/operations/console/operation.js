// One operation on dead letters: how far it is, what it did with each letter, and an end to it.
import { ApiError, get, path, query, remove } from './api.js'
import { announce, foreign, h, swap } from './dom.js'
import { confirmed } from './dialog.js'
import { OPEN, operationTone, shareOf } from './operation-rows.js'
import { back, complaint, facts, heading, jobLink, loading, meter, nothing, outcome, state, table } from './parts.js'
import { again } from './polling.js'
import { ago } from './time.js'
import { lasting, number, percent, t, word } from './words.js'

const SECONDS = { open: 1, ended: 15 }
const PAGE = 100

export function openOperation(context, id) {
  if (!id) {
    location.replace('#dead-letters')
    return { element: h('div'), close: () => {} }
  }
  const place = h('div', { class: 'progress-card card' }, loading())
  const messages = h('div')
  const actions = h('div', { class: 'actions' })
  const title = heading(t('operation.page'))
  let operation = null
  let told = null

  async function ask() {
    const found = await get(`${path('replays', id)}${query({ limit: PAGE })}`)
    operation = found
    title.querySelector('h1').textContent = word('kind', found.kind)
    swap(place, drawn(found))
    swap(messages, found.messages.length ? messagesTable(found) : OPEN.has(found.state) ? null : nothing(t('operation.untouched')))
    swap(actions, OPEN.has(found.state) && context.may('operator') ? h('button', { type: 'button', class: 'danger', 'data-key': 'cancel', on: { click: cancel } }, t('operation.cancel')) : null)
    if (told !== found.state) announce(t('operation.now', { state: word('operation', found.state) }))
    told = found.state
  }

  async function cancel() {
    if (!(await confirmed(t('operation.cancel'), t('operation.cancel.about'), t('operation.cancel')))) return
    try {
      await remove(path('replays', id))
      await polling.now()
    } catch (error) {
      swap(actions, h('p', { class: 'complaint', role: 'alert' }, complaint(error)))
    }
  }

  const failed = (error) => (error instanceof ApiError && error.status === 0 && operation ? undefined : context.failed(place, error))
  const still = () => !operation || OPEN.has(operation.state) || operation.messages.some((each) => each.outcome === 'sent' && !['completed', 'failed', 'timeout'].includes(each.jobState))
  const polling = again(ask, () => (still() ? SECONDS.open : SECONDS.ended), failed)
  return {
    element: h('div', { class: 'view' }, back('#dead-letters', t('letters.title')), title, place, actions, messages),
    close: polling.stop,
  }
}

function drawn(operation) {
  const open = OPEN.has(operation.state)
  const share = open ? shareOf(operation) : 1
  const took = operation.endedAt ? lasting(Date.parse(operation.endedAt) - Date.parse(operation.createdAt)) : null
  return [
    h('p', { class: `headline ${operationTone(operation.state)}`, 'data-state': operation.state }, word('operation', operation.state)),
    h('p', { class: 'quiet' }, t('operation.line', { count: operation.chosen ?? 0, kind: word('kind', operation.kind), subscription: word('subscription', operation.subscription) })),
    meter(share, { tone: operationTone(operation.state), label: t('operation.progress', { percent: percent(share * 100) }) }),
    h('p', { class: 'tallies' }, operation.counts.map((each) => h('span', {}, h('strong', {}, number(each.count)), ' ', outcome(each.outcome, each.reason)))),
    operation.why ? h('p', { class: 'reason' }, foreign(operation.why)) : null,
    facts([
      [t('operation.asked'), foreign(operation.askedBy, 60)],
      [t('operation.began'), ago(operation.createdAt)],
      took ? [t('operation.took'), took] : null,
      [t('operation.rate'), t('operation.rate.value', { rate: number(operation.ratePerSecond ?? 0) })],
      operation.ladder && open ? [t('operation.step'), t('operation.step.value', { step: operation.ladder.step, size: operation.ladder.size })] : null,
      [t('operation.limit'), number(operation.limit ?? 0)],
    ]),
  ]
}

function messagesTable({ messages, next }) {
  const columns = [{ title: t('letter.job'), main: true }, { title: t('operation.outcome') }, { title: t('letter.state') }, { title: t('letter.when') }]
  const row = (each) => [
    each.jobId ? jobLink(each.jobId) : h('span', { class: 'id' }, `#${each.sequenceNumber}`),
    outcome(each.outcome, each.reason),
    each.jobState ? state(each.jobState) : h('span', { class: 'quiet' }, '—'),
    ago(each.at),
  ]
  return [table(t('operation.table'), columns, messages.map(row)), next === null ? null : h('p', { class: 'quiet' }, t('operation.first', { count: messages.length }))]
}
