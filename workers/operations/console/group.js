// The letters of one group, or of a whole subscription: what they are, and what can be done with them.
import { get, path, query } from './api.js'
import { announce, foreign, h, swap, unique } from './dom.js'
import { editDialog } from './edit-dialog.js'
import { operationDialog } from './operation-dialog.js'
import { back, badge, heading, jobLink, loading, nothing, outcome, state, table } from './parts.js'
import { ago } from './time.js'
import { t, word } from './words.js'

const PAGE = 25
const TYPING_MS = 350

export function openGroup(context, subscription, group) {
  const list = h('div', {}, loading())
  const more = h('p', { class: 'more' })
  const title = heading(word('subscription', subscription))
  const about = h('div', { class: 'about-group' })
  const search = h('input', { type: 'search', id: unique('search'), placeholder: t('group.search'), maxlength: '200', autocomplete: 'off' })
  const creator = h('input', { type: 'search', id: unique('creator'), placeholder: t('group.creator'), maxlength: '128', autocomplete: 'off' })
  let letters = []
  let next = null
  let known = null
  let turn = 0

  const selector = () => Object.fromEntries(Object.entries({ group, text: search.value.trim(), creatorId: creator.value.trim() }).filter(([, value]) => value))

  async function load(from) {
    const mine = ++turn
    try {
      const found = await get(`${path('dead-letters', subscription)}${query({ ...selector(), limit: PAGE, from })}`)
      if (mine !== turn) return
      letters = from === undefined ? found.messages : [...letters, ...found.messages]
      next = found.next
      draw()
    } catch (error) {
      if (mine === turn) context.failed(list, error)
    }
  }

  function draw() {
    swap(list, letters.length ? lettersTable(context, subscription, letters) : nothing(t('group.none')))
    swap(more, next === null ? null : h('button', { type: 'button', 'data-key': 'more', on: { click: () => load(next) } }, t('more')))
    announce(t('group.shown', { count: letters.length }))
  }

  async function look() {
    try {
      const survey = await get(`dead-letters${query({ subscription })}`)
      known = group ? survey.subscriptions[0].groups.find((each) => each.group === group) : { count: survey.subscriptions[0].count }
      if (known?.errorCode) title.querySelector('h1').textContent = word('code', known.errorCode)
      swap(about, known ? aboutGroup(known, subscription) : null)
    } catch (error) {
      context.failed(about, error)
    }
  }

  // Who is quick must not be offered fewer letters than there are.
  const act = (kind) => async () => {
    await looking
    operationDialog({ kind, subscription, selector: selector(), count: known?.count || letters.length || 1 })
  }

  let timer
  const typed = () => {
    clearTimeout(timer)
    timer = setTimeout(() => load(), TYPING_MS)
  }
  for (const input of [search, creator]) input.addEventListener('input', typed)

  const looking = look()
  load()
  return {
    element: h('div', { class: 'view' },
      back('#dead-letters', t('letters.title')),
      title,
      about,
      context.may('operator')
        ? h('div', { class: 'actions' },
          h('button', { class: 'primary', type: 'button', on: { click: act('replay') } }, t('act.replay')),
          h('button', { type: 'button', on: { click: act('archive') } }, t('act.archive')))
        : h('p', { class: 'quiet' }, t('act.viewer')),
      h('div', { class: 'filters', role: 'search' },
        h('div', { class: 'field' }, h('label', { for: search.id }, t('group.search.label')), search),
        h('div', { class: 'field' }, h('label', { for: creator.id }, t('group.creator.label')), creator)),
      list, more),
    close: () => {
      turn += 1
      clearTimeout(timer)
    },
  }
}

function aboutGroup(group, subscription) {
  if (!group.errorCode) return h('p', { class: 'lead' }, t('group.all', { count: group.count }))
  return h('div', {},
    h('p', { class: 'lead' }, h('strong', {}, t('group.count', { count: group.count })), ' · ', word('subscription', subscription), ' ', badge(group.errorCode, 'code')),
    h('p', { class: 'reason long' }, foreign(group.reason, 600)),
    h('p', { class: 'quiet small' }, t('letters.first'), ' ', ago(group.firstAt), ' · ', t('letters.last'), ' ', ago(group.lastAt)))
}

function lettersTable(context, subscription, letters) {
  const columns = [
    { title: t('letter.job'), main: true }, { title: t('letter.creator') }, { title: t('letter.when') },
    { title: t('letter.tries'), end: true }, { title: t('letter.state') }, { title: t('letter.replay') },
    ...(context.session.mayEdit ? [{ title: '' }] : []),
  ]
  const row = (letter) => [
    h('span', { class: 'stack' }, letter.jobId ? jobLink(letter.jobId) : h('span', { class: 'id' }, foreign(letter.messageId, 60)), h('small', { class: 'quiet' }, `#${letter.sequenceNumber}`)),
    foreign(letter.creatorId ?? '—', 60),
    ago(letter.enqueuedAt),
    t(letter.replays ? 'letter.tried.again' : 'plain', { value: letter.deliveries, count: letter.replays }),
    letter.job ? state(letter.job.state) : h('span', { class: 'quiet' }, '—'),
    letter.heldBy ? h('a', { href: `#operations/${letter.heldBy}` }, t('letter.held')) : outcome(letter.replay.outcome, letter.replay.reason),
    ...(context.session.mayEdit
      ? [h('button', { type: 'button', class: 'plain', 'aria-label': t('edit.named', { id: letter.sequenceNumber }), on: { click: () => editDialog({ subscription, letter }) } }, t('edit'))]
      : []),
  ]
  return table(t('group.table'), columns, letters.map(row))
}
