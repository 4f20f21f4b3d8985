// A story's lists, as one: everything that happened to a job, in order.
import { foreign } from './dom.js'
import { stateTone } from './parts.js'
import { exactly, lasting, money, t, word } from './words.js'

export function happenings(story) {
  const known = [
    ...story.history.map(changed),
    ...story.calls.map(called),
    ...story.messages.map(said),
    ...story.letters.map(written),
    ...story.webhooks.map(told),
    ...story.replays.map(replayed),
  ]
  return known.filter((event) => Number.isFinite(event.at)).sort((one, other) => one.at - other.at || ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind))
}

const ORDER = ['replay', 'state', 'call', 'message', 'mail', 'webhook']

function changed({ at, state, attempt, epoch, errorCode, usage }) {
  const used = Object.entries(usage ?? {}).map(([name, value]) => `${word('usage', name)} ${amount(name, value)}`)
  const detail = [epoch ? t('event.epoch', { epoch }) : '', attempt ? t('event.attempt', { attempt: attempt + 1 }) : '', ...used].filter(Boolean).join(' · ')
  return { at: Date.parse(at), kind: 'state', tone: stateTone(state), title: [word('state', state), errorCode ? [' · ', foreign(word('code', errorCode), 80)] : ''], detail }
}

function called({ at, task, deployment, inputTokens, outputTokens, reasoningTokens, costUsdMicros }) {
  const tokens = t('event.tokens', { input: inputTokens, output: outputTokens + (reasoningTokens ?? 0) })
  return { at: Date.parse(at), kind: 'call', title: [foreign(deployment, 80), ' · ', money(costUsdMicros)], detail: [foreign(task, 80), inputTokens || outputTokens ? ` · ${tokens}` : ''] }
}

function said({ topic, eventType, createdAt, sendAt, sentAt }) {
  const when = sentAt ? t('event.sent', { time: lasting(Math.max(0, Date.parse(sentAt) - Date.parse(createdAt))) }) : t('event.waiting')
  const later = sendAt && Date.parse(sendAt) - Date.parse(createdAt) > 1000 ? t('event.not.before', { time: exactly(Date.parse(sendAt)) }) : ''
  const title = eventType ? t('event.announced', { event: word('told', eventType) }) : t(topic === 'huntaze-jobs' ? 'event.followed' : 'event.said')
  return { at: Date.parse(createdAt), kind: 'message', tone: sentAt ? '' : 'warn', title, detail: [when, later].filter(Boolean).join(' · ') }
}

function written({ kind, notedAt, state, attempt, mailer, error, stateAt }) {
  const detail = [word('letter', state ?? 'waiting'), mailer ? foreign(mailer, 40) : '', attempt > 1 ? t('event.attempt', { attempt }) : '', error ? foreign(error, 120) : ''].filter(Boolean)
  return { at: Date.parse(stateAt ?? notedAt), kind: 'mail', tone: state === 'failed' ? 'bad' : '', title: t('event.mail.title', { event: word('told', kind) }), detail: between(detail) }
}

function told({ endpointId, eventType, startedAt, createdAt, status, tookMs, outcome, state }) {
  const detail = [foreign(endpointId, 60), status ? `HTTP ${status}` : '', Number.isFinite(tookMs) ? lasting(tookMs) : '', word('webhook', outcome ?? state)].filter(Boolean)
  return { at: Date.parse(startedAt ?? createdAt), kind: 'webhook', tone: status >= 400 || outcome === 'failed' ? 'bad' : '', title: t('event.webhook.title', { event: word('told', eventType) }), detail: between(detail) }
}

function replayed({ at, kind, state, reason, epoch }) {
  const detail = [word('outcome', state), reason ? word('reason', reason) : '', Number.isInteger(epoch) ? t('event.epoch', { epoch }) : ''].filter(Boolean).join(' · ')
  return { at: Date.parse(at), kind: 'replay', title: t('event.replayed', { kind: word('kind', kind) }), detail }
}

const between = (parts) => parts.flatMap((part, place) => (place ? [' · ', part] : [part]))

function amount(name, value) {
  if (name.endsWith('_seconds')) return lasting(value * 1000)
  if (name.endsWith('_bytes')) return t('megabytes', { size: Math.round(value / 1e5) / 10 })
  return String(value)
}
