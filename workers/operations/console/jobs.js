// Jobs, the newest first, as they change.
import { get, query } from './api.js'
import { announce, foreign, h, soon, swap, unique } from './dom.js'
import { byUpdate } from './job-rows.js'
import { badge, heading, jobLink, loading, nothing, state, table } from './parts.js'
import { again } from './polling.js'
import { ago } from './time.js'
import { percent, t, word } from './words.js'

const PAGE = 30
const MOST_LIVE = 200
const SECONDS = { live: 20, alone: 2 }
const TYPING_MS = 350
const TYPES = ['chat.suggest', 'content.suggest', 'content.analyze', 'video.analysis', 'video.transcript', 'video.compress']
const STATES = ['queued', 'running', 'retry_wait', 'completed', 'failed', 'timeout']
const CODES = ['CONTENT_FILTERED', 'INVALID_PAYLOAD', 'VIDEO_NOT_FOUND', 'UNSUPPORTED_MEDIA', 'FORBIDDEN_URL', 'RATE_LIMIT', 'TIMEOUT', 'NETWORK_ERROR', 'MODEL_ERROR', 'BUDGET_EXCEEDED', 'POISON_MESSAGE', 'CANCELLED', 'INTERNAL_ERROR']
// What a list shows of a state that only the app tells apart.
const SHOWN_AS = { queued: 'processing', running: 'processing', retry_wait: 'processing' }

export function openJobs(context) {
  const list = h('div', {}, loading())
  const more = h('p', { class: 'more' })
  const filters = {
    jobType: select('jobs.type', TYPES, 'type'),
    state: select('jobs.state', STATES, 'state'),
    errorCode: select('jobs.code', CODES, 'code'),
    creatorId: text('jobs.creator'),
  }
  let jobs = []
  let next = null
  let pages = 1
  let turn = 0

  const asked = () => Object.fromEntries(Object.entries(filters).map(([name, { input }]) => [name, input.value.trim()]))

  async function load() {
    const mine = turn
    const found = await get(`jobs${query({ ...asked(), limit: PAGE })}`)
    if (mine !== turn) return
    // Further pages stay as they were: they are the past.
    const first = new Set(found.jobs.map((each) => each.jobId))
    jobs = pages > 1 ? [...found.jobs, ...jobs.filter((each) => !first.has(each.jobId))] : found.jobs
    if (pages === 1) next = found.next
    draw()
  }

  async function further() {
    const mine = turn
    try {
      const found = await get(`jobs${query({ ...asked(), limit: PAGE, cursor: next })}`)
      if (mine !== turn) return
      pages += 1
      jobs = [...jobs, ...found.jobs]
      next = found.next
      draw()
      announce(t('jobs.shown', { count: jobs.length }))
    } catch (error) {
      context.failed(more, error)
    }
  }

  function draw() {
    swap(list, jobs.length ? jobsTable(jobs) : nothing(t('jobs.none')))
    swap(more, next === null ? null : h('button', { type: 'button', 'data-key': 'more', on: { click: further } }, t('more')))
  }

  function matches(update) {
    const { jobType, state: wanted, errorCode, creatorId } = asked()
    const fits = (filter, value) => !filter || filter === value
    return fits(jobType, update.jobType) && fits(SHOWN_AS[wanted] ?? wanted, update.status) && fits(errorCode, update.error?.code) && fits(creatorId, update.creatorId)
  }

  const redraw = soon(draw)
  const heard = ({ detail }) => {
    const known = jobs.some((each) => each.jobId === detail.jobId)
    if (!known && !matches(detail)) return
    jobs = byUpdate(jobs, detail).slice(0, Math.max(MOST_LIVE, pages * PAGE))
    redraw()
  }

  let polling = null
  const poll = () => {
    polling?.stop()
    polling = again(load, () => (context.live.connected ? SECONDS.live : SECONDS.alone), (error) => context.failed(list, error))
  }
  let timer
  const changed = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      turn += 1
      pages = 1
      poll()
    }, TYPING_MS)
  }
  for (const { input } of Object.values(filters)) input.addEventListener('input', changed)
  context.live.addEventListener('job', heard)
  context.live.addEventListener('state', poll)
  poll()
  return {
    element: h('div', { class: 'view' }, heading(t('jobs.title')), h('div', { class: 'filters', role: 'search' }, Object.values(filters).map(({ row }) => row)), list, more),
    close: () => {
      turn += 1
      clearTimeout(timer)
      polling.stop()
      context.live.removeEventListener('job', heard)
      context.live.removeEventListener('state', poll)
    },
  }
}

function jobsTable(jobs) {
  const columns = [{ title: t('jobs.job'), main: true }, { title: t('jobs.creator') }, { title: t('jobs.state') }, { title: t('jobs.created') }, { title: t('jobs.updated') }]
  const row = (job) => [
    h('span', { class: 'stack', 'data-job': job.jobId, 'data-status': job.status }, h('strong', {}, foreign(word('type', job.jobType), 60)), jobLink(job.jobId)),
    foreign(job.creatorId ?? '—', 60),
    h('span', { class: 'stack' }, h('span', {}, state(job.status), job.status === 'processing' && job.progress ? h('small', { class: 'quiet' }, ` ${percent(job.progress)}`) : null), job.error ? badge(job.error.code, 'code') : null),
    ago(job.createdAt),
    ago(job.updatedAt),
  ]
  return table(t('jobs.title'), columns, jobs.map(row))
}

function select(label, values, family) {
  const input = h('select', { id: unique('filter') }, h('option', { value: '' }, t('any')), values.map((each) => h('option', { value: each }, word(family, each))))
  return { input, row: h('div', { class: 'field' }, h('label', { for: input.id }, t(label)), input) }
}

function text(label) {
  const input = h('input', { type: 'search', id: unique('filter'), maxlength: '128', autocomplete: 'off' })
  return { input, row: h('div', { class: 'field' }, h('label', { for: input.id }, t(label)), input) }
}
