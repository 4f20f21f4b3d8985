// Shows one creator's jobs as their updates come. `#api=…&token=…` says where to ask, and as whom.
import { applied, resultOf } from './updates.js'

const where = new URLSearchParams(location.hash.slice(1))
const token = where.get('token') ?? ''
const jobs = new Map()
const received = []
let dropped = 0

const element = (id) => document.getElementById(id)

function state(name, text) {
  document.body.dataset.state = name
  element('connection').textContent = text
}

function shown(job, update) {
  const state = job.state ?? update
  const card = document.createElement('article')
  card.id = update.jobId
  card.dataset.status = state.status
  card.dataset.version = state.version
  const add = (parent, tag, text, name) => {
    const child = document.createElement(tag)
    if (text !== undefined) child.textContent = text
    if (name) child.className = name
    parent.append(child)
    return child
  }
  const title = add(card, 'h2')
  add(title, 'span', state.jobType ?? 'job')
  add(title, 'small', update.jobId)
  add(title, 'span', state.status, 'status')
  const bar = add(card, 'progress')
  bar.max = 100
  bar.value = state.progress
  add(card, 'p', state.error ? `${state.error.code}: ${state.error.message}` : state.message)
  const result = resultOf(job)
  const texts = result?.suggestions ?? result?.ideas ?? []
  if (texts.length) {
    const list = add(card, 'ul')
    for (const each of texts) add(list, 'li', each.text)
  } else if (result?.summary) add(card, 'p', result.summary)
  if (result?.transcript?.text) add(card, 'p', `Transcript: ${result.transcript.text}`)
  if (state.resultUrl) add(card, 'p', `The result is at ${state.resultUrl}`)
  add(card, 'p', `version ${state.version}${job.additions.length ? `, ${job.additions.length} added` : ''}`, 'meta')
  return card
}

function update(told) {
  received.push({ at: Date.now(), update: told })
  const before = jobs.get(told.jobId)
  const job = applied(before, told)
  if (!job || job === before) {
    dropped += 1
    element('dropped').textContent = dropped
    return
  }
  jobs.set(told.jobId, job)
  const card = shown(job, told)
  const old = element(told.jobId)
  if (old) old.replaceWith(card)
  else element('jobs').prepend(card)
}

function creator() {
  try {
    return JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'))).sub
  } catch {
    return null
  }
}

const connection = new signalR.HubConnectionBuilder()
  .withUrl(where.get('api') ?? '/api', { accessTokenFactory: () => token })
  .withAutomaticReconnect()
  .configureLogging(signalR.LogLevel.None)
  .build()
connection.on('jobUpdate', update)
connection.onreconnecting(() => state('connecting', 'connecting again'))
connection.onreconnected(() => state('connected', 'connected'))
connection.onclose(() => state('closed', 'closed'))
window.live = { received, jobs, connection }
element('who').textContent = creator() === null ? 'no token' : `creator ${creator()}`
state('connecting', 'connecting')
connection.start().then(
  () => state('connected', 'connected'),
  (error) => state('refused', `refused: ${error.message}`),
)
