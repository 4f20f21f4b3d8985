// Parts that several views are made of.
import { foreign, h } from './dom.js'
import { icon } from './icons.js'
import { named, t, word } from './words.js'

export const heading = (title, ...beside) => h('div', { class: 'heading' }, h('h1', {}, title), ...beside)

export const back = (href, text) => h('a', { href, class: 'back' }, icon('back'), text)

export const card = (title, ...inside) => h('section', { class: 'card' }, title ? h('h2', {}, title) : null, ...inside)

export const loading = () => h('p', { class: 'loading', role: 'status' }, t('loading'))

export const nothing = (text) => h('p', { class: 'nothing' }, text)

export const badge = (text, tone) => h('span', { class: `badge ${tone ?? ''}` }, foreign(text, 60))

export const jobLink = (id) => (id ? h('a', { href: `#jobs/${encodeURIComponent(id)}`, class: 'id' }, foreign(id, 140)) : h('span', { class: 'quiet' }, '—'))

export function complaintOf(error) {
  return h('div', { class: 'card complaint-card', role: 'alert' }, h('p', {}, complaint(error)))
}

// Here the app's own words say which field is wrong, and never quote it.
const DETAILED = new Set(['INVALID_REQUEST', 'INVALID_PAYLOAD'])

// What went wrong, in words: those for its code, or else the app's own, or else that something did.
export function complaint(error) {
  if (named('problem', error.code)) return [word('problem', error.code), DETAILED.has(error.code) ? error.message : ''].filter(Boolean).join(' ')
  return error.message ? error.message.slice(0, 300) : t('problem.unknown')
}

const TONES = { completed: 'good', failed: 'bad', timeout: 'bad', processing: 'busy', running: 'busy', queued: 'busy', retry_wait: 'warn' }

export const stateTone = (state) => TONES[state]

export const state = (name) => h('span', { class: `state ${TONES[name] ?? ''}` }, word('state', name))

export const outcome = (name, reason) =>
  h('span', { class: `outcome ${name}` }, word('outcome', name), reason ? h('small', {}, word('reason', reason)) : null)

// A table on a wide screen, and a card for each row on a narrow one; for who listens it is a table on both.
export function table(caption, columns, rows) {
  return h('table', { class: 'rows', role: 'table' },
    h('caption', { class: 'unseen' }, caption),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, columns.map((column) => h('th', { role: 'columnheader', scope: 'col', class: column.end ? 'end' : null }, column.title)))),
    h('tbody', { role: 'rowgroup' }, rows.map((cells) =>
      h('tr', { role: 'row' }, cells.map((cell, place) =>
        h('td', { role: 'cell', 'data-title': columns[place].title, class: [columns[place].end ? 'end' : '', columns[place].main ? 'main' : ''].join(' ').trim() || null }, cell))))))
}

export function facts(pairs) {
  return h('dl', { class: 'facts' }, pairs.filter(Boolean).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))))
}

// A share of a whole, with a mark or two on the way.
export function meter(share, { label, tone = '', marks = [] }) {
  const width = `${Math.max(0, Math.min(share, 1)) * 100}%`
  return h('div', { class: `meter ${tone}`, role: 'img', 'aria-label': label },
    h('span', { class: 'fill', style: { width } }),
    marks.map((mark) => h('span', { class: 'mark', style: { left: `${mark * 100}%` } })))
}
