// What an operator in a hurry needs to know at once.
import { ApiError, get } from './api.js'
import { foreign, h, soon, swap } from './dom.js'
import { budgetOf } from './budget.js'
import { byUpdate, jobRow } from './job-rows.js'
import { operationRow } from './operation-rows.js'
import { card, complaint, heading, loading, nothing } from './parts.js'
import { again } from './polling.js'
import { ago } from './time.js'
import { lasting, t, word } from './words.js'

const SECONDS = { live: 20, alone: 10 }
const LATEST = 5

export function openNow(context) {
  const verdict = h('div', { class: 'verdict', role: 'status' }, loading())
  const places = Object.fromEntries(Object.keys(DRAWN).map((name) => [name, h('div', { class: 'place' })]))
  const column = (...names) => h('div', { class: 'column' }, names.map((name) => places[name]))
  const grid = h('div', { class: 'columns' }, column('alerts', 'letters', 'jobs'), column('operations', 'money', 'services'))
  let jobs = []

  const ask = async () => {
    const asked = {
      services: get('health/ready', { accepts: [503] }).then(stood),
      letters: get('dead-letters'),
      alerts: get('alerts').catch(absent),
      operations: get('replays?limit=4'),
      money: get('costs'),
      jobs: get(`jobs?limit=${LATEST}`),
    }
    const settled = await Promise.allSettled(Object.values(asked))
    const found = Object.fromEntries(Object.keys(asked).map((name, place) => [name, settled[place]]))
    const expired = settled.find((each) => each.reason?.status === 401)
    if (expired) return context.failed(verdict, expired.reason)
    if (settled.every((each) => each.status === 'rejected')) throw settled[0].reason
    if (found.jobs.value) jobs = found.jobs.value.jobs
    swap(verdict, verdictOf(found))
    for (const [name, draw] of Object.entries(DRAWN)) {
      const { value, reason } = found[name]
      swap(places[name], reason ? card(t(`now.${name}`), nothing(complaint(reason))) : draw(value))
    }
  }
  const polling = again(ask, () => (context.live.connected ? SECONDS.live : SECONDS.alone), (error) => context.failed(verdict, error))
  const redraw = soon(() => swap(places.jobs, latest({ jobs })))
  const heard = ({ detail }) => {
    jobs = byUpdate(jobs, detail).slice(0, LATEST)
    redraw()
  }
  context.live.addEventListener('job', heard)
  return {
    element: h('div', { class: 'view' }, heading(t('now.title')), verdict, grid),
    close: () => {
      polling.stop()
      context.live.removeEventListener('job', heard)
    },
  }
}

// An app that is not ready says so with a status of its own, and how each service stands; or it can't say even that.
function stood(told) {
  if (!told?.services) throw new ApiError(503, told?.error?.code ?? '', told?.error?.message ?? '')
  return told
}

// Alerts are there in some versions of the app only.
function absent(error) {
  if (error instanceof ApiError && error.status === 404) return null
  throw error
}

const openAlerts = (told) => (told?.alerts ?? []).filter((each) => !each.clearedAt)

function verdictOf({ services, letters, alerts }) {
  const count = letters.value?.subscriptions.reduce((sum, each) => sum + each.count, 0)
  const away = Object.entries(services.value?.services ?? {}).filter(([, each]) => !each.ok).map(([name]) => word('service', name))
  const raised = openAlerts(alerts.value).length
  const says = (tone, title, ...texts) => [h('p', { class: `headline ${tone}` }, title), h('p', { class: 'quiet' }, texts.filter(Boolean).join(' '))]
  const dead = count ? t('now.dead', { count }) : ''
  if (services.reason) return says('bad', t('now.unknown'), complaint(services.reason))
  if (away.length) return says(services.value.status === 'not_ready' ? 'bad' : 'warn', t('now.away', { names: away.join(', ') }), t(services.value.status === 'not_ready' ? 'now.away.bad' : 'now.away.warn'), dead)
  if (raised) return says('warn', t('now.raised', { count: raised }), t('now.raised.about'), dead)
  if (count) return says('warn', dead, t('now.dead.about'))
  return says('good', t('now.well'), t('now.well.about'))
}

const DRAWN = { alerts, letters, operations, services, money, jobs: latest }

function services({ services: found }) {
  const row = ([name, { ok, tookMs, problem }]) =>
    h('li', {}, h('span', { class: `dot ${ok ? 'good' : 'bad'}` }), h('span', {}, word('service', name)), h('span', { class: 'end quiet' }, ok ? lasting(Math.max(1, Math.round(tookMs))) : word('trouble', problem)))
  return card(t('now.services'), h('ul', { class: 'list' }, Object.entries(found ?? {}).map(row)))
}

const SEVERE = new Set(['dead_letters_high', 'job_stuck', 'outbox_lag'])
const LOOK_AT = { budget_mark: () => '#costs', dead_letters_high: ({ figures }) => `#dead-letters/${encodeURIComponent(figures.subscription)}` }

function alerts(told) {
  const raised = openAlerts(told)
  if (!raised.length) return null
  const row = (each) =>
    h('li', {},
      h('span', { class: `dot ${SEVERE.has(each.event) ? 'bad' : 'warn'}` }),
      h('a', { href: LOOK_AT[each.event]?.(each) ?? '#jobs', 'data-key': `alert-${each.event}-${each.subject}` }, foreign(alertText(each))),
      h('span', { class: 'end quiet small' }, ago(each.raisedAt)))
  return card(t('now.alerts'), h('ul', { class: 'list' }, raised.map(row)))
}

function alertText({ event, subject, figures }) {
  const { subscription, job_type: type, topic, oldest_seconds: oldest } = figures
  const about = subscription ? word('subscription', subscription) : type ? word('type', type) : word('topic', topic ?? subject)
  return t(`alert.${event}`, { ...figures, about, oldest: oldest === undefined ? '' : lasting(oldest * 1000) })
}

function letters({ subscriptions }) {
  const row = (each) => {
    const oldest = each.groups.map((group) => group.firstAt).filter(Boolean).sort()[0]
    return h('li', {},
      h('span', { class: 'dot warn' }),
      h('span', { class: 'stack' },
        h('a', { href: `#dead-letters/${encodeURIComponent(each.subscription)}`, 'data-key': `letters-${each.subscription}` }, word('subscription', each.subscription)),
        h('small', { class: 'quiet' }, t('now.oldest'), ' ', ago(oldest))),
      h('span', { class: 'end count' }, each.truncated ? t('more.than', { count: each.count }) : t('plain', { value: each.count })))
  }
  const full = subscriptions.filter((each) => each.count).sort((one, other) => other.count - one.count)
  const empty = subscriptions.filter((each) => !each.count).map((each) => word('subscription', each.subscription))
  return card(t('now.letters'),
    full.length ? h('ul', { class: 'list' }, full.map(row)) : null,
    empty.length ? h('p', { class: 'quiet small' }, t(full.length ? 'now.empty' : 'now.empty.all'), full.length ? empty.join(' · ') : '') : null)
}

function operations({ replays }) {
  if (!replays.length) return null
  return card(t('now.operations'), h('ul', { class: 'list' }, replays.map(operationRow)))
}

function money(costs) {
  return card(t('now.money'), budgetOf(costs), h('p', {}, h('a', { href: '#costs', 'data-key': 'costs' }, t('now.money.more'))))
}

function latest({ jobs }) {
  return card(t('now.jobs'),
    jobs.length ? h('ul', { class: 'list jobs' }, jobs.map(jobRow)) : nothing(t('jobs.none')),
    h('p', {}, h('a', { href: '#jobs', 'data-key': 'jobs' }, t('now.jobs.more'))))
}
