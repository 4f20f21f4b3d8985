// Letters that were put away, and the way back.
import { get, path, query } from './api.js'
import { foreign, h, swap } from './dom.js'
import { operationDialog } from './operation-dialog.js'
import { back, heading, jobLink, loading, nothing, table } from './parts.js'
import { ago } from './time.js'
import { t, word } from './words.js'

const PAGE = 50

export function openArchive(context, subscription) {
  const list = h('div', { class: 'wide-gaps' }, loading())
  const more = h('p', { class: 'more' })
  let letters = []
  let next = null
  let closed = false

  async function load(from) {
    try {
      const found = await get(`${path('dead-letters', subscription, 'archive')}${query({ limit: PAGE, from })}`)
      if (closed) return
      letters = [...letters, ...found.messages]
      next = found.next
      swap(list, letters.length ? [restoring(), drawn()] : nothing(t('archive.none')))
      swap(more, next === null ? null : h('button', { type: 'button', 'data-key': 'more', on: { click: () => load(next) } }, t('more')))
    } catch (error) {
      if (!closed) context.failed(list, error)
    }
  }

  const restoring = () => context.may('operator') && h('div', { class: 'actions' },
    h('button', { type: 'button', class: 'primary', on: { click: () => operationDialog({ kind: 'restore', subscription, selector: {}, count: letters.length }) } }, t('act.restore')))

  const drawn = () => table(t('archive.table'),
    [{ title: t('letter.job'), main: true }, { title: t('letter.creator') }, { title: t('archive.by') }, { title: t('archive.at') }, { title: t('archive.until') }],
    letters.map((each) => [
      each.jobId ? jobLink(each.jobId) : h('span', { class: 'id' }, `#${each.sequenceNumber}`),
      foreign(each.creatorId ?? '—', 60), foreign(each.archivedBy, 60), ago(each.archivedAt), ago(each.expiresAt),
    ]))

  load()
  return {
    element: h('div', { class: 'view' }, back('#dead-letters', t('letters.title')), heading(t('archive.title', { name: word('subscription', subscription) })),
      h('p', { class: 'lead' }, t('archive.lead')), list, more),
    close: () => { closed = true },
  }
}
