// One job from its beginning to its end: what happened, when, and what it cost.
import { get, path, post } from './api.js'
import { foreign, h, swap } from './dom.js'
import { confirmed } from './dialog.js'
import { back, badge, card, complaint, facts, heading, jobLink, loading, state } from './parts.js'
import { again } from './polling.js'
import { happenings } from './happenings.js'
import { ago } from './time.js'
import { clock, exactly, lasting, money, t, word } from './words.js'

const SECONDS = { open: 2, ended: 20 }
const OVER = new Set(['completed', 'failed', 'timeout'])

export function openStory(context, id) {
  const place = h('div', { class: 'wide-gaps' }, loading())
  const problem = h('div')
  let told = null

  async function ask() {
    told = await get(path('jobs', id, 'story'))
    swap(place, drawn(told), actions())
  }

  const actions = () => (!OVER.has(told.state) && context.may('operator')
    ? h('div', { class: 'actions' }, h('button', { type: 'button', class: 'danger', 'data-key': 'cancel', on: { click: cancel } }, t('story.cancel')))
    : null)

  async function cancel() {
    if (!(await confirmed(t('story.cancel'), t('story.cancel.about'), t('story.cancel')))) return
    try {
      await post(path('jobs', id, 'cancel'), {}, { accepts: [409] })
      await polling.now()
    } catch (error) {
      swap(problem, h('p', { class: 'complaint', role: 'alert' }, complaint(error)))
    }
  }

  const heard = ({ detail }) => { if (detail.jobId === id) polling.now() }
  const polling = again(ask, () => (told && OVER.has(told.state) ? SECONDS.ended : SECONDS.open), (error) => context.failed(place, error))
  context.live.addEventListener('job', heard)
  return {
    element: h('div', { class: 'view' }, back('#jobs', t('jobs.title')), heading(t('story.title')), h('p', { class: 'id whole' }, foreign(id, 140)), place, problem),
    close: () => {
      polling.stop()
      context.live.removeEventListener('job', heard)
    },
  }
}

function drawn(story) {
  const took = OVER.has(story.state) ? lasting(Math.max(0, Date.parse(story.updatedAt) - Date.parse(story.createdAt))) : null
  return [
    h('section', { class: 'card', 'data-story': story.state },
      h('p', { class: 'headline-row' }, h('strong', {}, foreign(word('type', story.jobType), 60)), ' ', state(story.state), story.error ? badge(story.error.code, 'code') : null),
      story.error?.message ? h('p', { class: 'reason' }, foreign(story.error.message)) : null,
      facts([
        [t('jobs.creator'), foreign(story.creatorId ?? '—', 60)],
        [t('jobs.created'), ago(story.createdAt)],
        took ? [t('story.took'), took] : null,
        [t('story.cost'), money(story.costUsdMicros)],
        [t('story.attempt'), t('plain', { value: story.attempt + 1 })],
        story.epoch ? [t('story.epoch'), t('plain', { value: story.epoch })] : null,
      ])),
    card(t('story.timeline'), timeline(happenings(story))),
    story.followUps.length ? card(t('story.followups'), h('ul', { class: 'list' }, story.followUps.map(followUp))) : null,
  ]
}

const followUp = (each) => h('li', {}, h('span', { class: 'stack' }, h('strong', {}, foreign(word('type', each.jobType), 60)), jobLink(each.jobId)), h('span', { class: 'end' }, state(each.state)))

function timeline(events) {
  const begun = events[0]?.at
  const item = (event) =>
    h('li', { class: `event of-${event.kind} ${event.tone ?? ''}` },
      h('time', { datetime: new Date(event.at).toISOString(), title: exactly(event.at) }, h('span', {}, clock(event.at)), h('small', {}, event.at === begun ? '' : `+${lasting(event.at - begun)}`)),
      h('div', {}, h('p', {}, h('span', { class: 'unseen' }, `${t(`event.${event.kind}`)}: `), event.title), event.detail ? h('p', { class: 'quiet small' }, event.detail) : null))
  return h('ol', { class: 'timeline' }, events.map(item))
}
