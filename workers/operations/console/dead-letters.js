// Every dead letter, by what went wrong.
import { get } from './api.js'
import { foreign, h, swap } from './dom.js'
import { operationRow } from './operation-rows.js'
import { badge, card, heading, loading, nothing } from './parts.js'
import { again } from './polling.js'
import { ago } from './time.js'
import { t, word } from './words.js'

const SECONDS = 10

export function openDeadLetters(context) {
  const groups = h('div', { class: 'groups' }, loading())
  const operations = h('div')
  const elsewhere = h('div')
  const polling = again(async () => {
    const [survey, recent] = await Promise.all([get('dead-letters'), get('replays?limit=10')])
    swap(groups, drawn(survey.subscriptions))
    swap(operations, recent.replays.length ? card(t('letters.operations'), h('ul', { class: 'list' }, recent.replays.map(operationRow))) : null)
    if (!elsewhere.firstChild) swap(elsewhere, archives(survey.subscriptions))
  }, () => SECONDS, (error) => context.failed(groups, error))
  return {
    element: h('div', { class: 'view' }, heading(t('letters.title')), h('p', { class: 'lead' }, t('letters.lead')), groups, operations, elsewhere),
    close: polling.stop,
  }
}

export const groupAddress = (subscription, group) => `#dead-letters/${encodeURIComponent(subscription)}/${encodeURIComponent(group)}`

function drawn(subscriptions) {
  const groups = subscriptions.flatMap((each) => each.groups.map((group) => ({ ...group, subscription: each.subscription })))
  const cut = subscriptions.filter((each) => each.truncated).map((each) => word('subscription', each.subscription))
  if (!groups.length) return h('div', { class: 'card calm' }, h('p', { class: 'headline good' }, t('letters.none')), h('p', { class: 'quiet' }, t('letters.none.about')))
  groups.sort((one, other) => other.count - one.count)
  return [
    h('ul', { class: 'cards' }, groups.map(groupCard)),
    cut.length ? h('p', { class: 'quiet' }, t('letters.cut', { names: cut.join(', ') })) : null,
  ]
}

function groupCard(group) {
  const address = groupAddress(group.subscription, group.group)
  return h('li', { class: 'card group', 'data-group': group.group },
    h('p', { class: 'tally' }, t('plain', { value: group.count })),
    h('div', { class: 'stack grow' },
      h('h2', {}, h('a', { href: address, 'data-key': `group-${group.subscription}-${group.group}` }, word('code', group.errorCode)), ' ', badge(group.errorCode, 'code')),
      h('p', { class: 'reason' }, foreign(group.reason)),
      h('p', { class: 'quiet small' },
        whereabouts(group), ' · ', t('letters.first'), ' ', ago(group.firstAt), ' · ', t('letters.last'), ' ', ago(group.lastAt))),
    h('a', { class: 'button', href: address, 'aria-label': t('letters.open.named', { name: word('code', group.errorCode) }), 'data-key': `open-${group.subscription}-${group.group}` }, t('letters.open')))
}

// Where it lies, and what it asks for, unless that goes without saying.
function whereabouts({ subscription, jobType }) {
  const place = word('subscription', subscription)
  const type = jobType ? word('type', jobType) : t('letters.untyped')
  return type === place ? place : [place, ' · ', foreign(type, 60)]
}

function archives(subscriptions) {
  const link = (each) => h('li', {}, h('a', { href: `#archive/${encodeURIComponent(each.subscription)}` }, word('subscription', each.subscription)))
  return h('details', { class: 'archives' }, h('summary', {}, t('letters.archives')), h('ul', {}, subscriptions.map(link)))
}
