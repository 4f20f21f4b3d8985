// An operation on dead letters, in a line.
import { h } from './dom.js'
import { meter } from './parts.js'
import { ago } from './time.js'
import { t, word } from './words.js'

export const OPEN = new Set(['scheduled', 'planning', 'running', 'clearing'])
const TONES = { completed: 'good', failed: 'bad', halted: 'bad', cancelled: '', expired: 'warn' }

export const operationTone = (state) => TONES[state] ?? 'busy'

export const shareOf = (operation) => (operation.chosen ? (operation.chosen - operation.waiting) / operation.chosen : 0)

export function operationRow(operation) {
  const text = t('operation.line', { count: operation.chosen ?? 0, kind: word('kind', operation.kind), subscription: word('subscription', operation.subscription) })
  return h('li', {},
    h('span', { class: `dot ${operationTone(operation.state)}` }),
    h('span', { class: 'stack' },
      h('a', { href: `#operations/${operation.id}`, 'data-key': operation.id }, text),
      OPEN.has(operation.state) ? meter(shareOf(operation), { label: t('operation.share') }) : null),
    h('span', { class: 'end stack' }, h('span', { class: 'small' }, word('operation', operation.state)), h('small', { class: 'quiet' }, ago(operation.createdAt))))
}
