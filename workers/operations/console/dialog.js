// A dialog: the keyboard stays in it, Escape closes it, and goes back to where it came from.
import { h, unique } from './dom.js'
import { t } from './words.js'

export function dialog(title, ...inside) {
  const id = unique('title')
  const element = h('dialog', { 'aria-labelledby': id },
    h('div', { class: 'dialog-head' },
      h('h2', { id }, title),
      h('button', { type: 'button', class: 'plain close', 'aria-label': t('close'), on: { click: () => element.close() } }, '×')),
    ...inside)
  element.addEventListener('close', () => element.remove())
  element.addEventListener('click', (event) => { if (event.target === element) element.close() })
  const left = () => element.close()
  addEventListener('hashchange', left, { once: true })
  document.body.append(element)
  element.showModal()
  return element
}

// Asks whether something is really meant; resolves to the answer.
export function confirmed(title, text, action) {
  return new Promise((resolve) => {
    let answer = false
    const element = dialog(title, h('p', {}, text),
      h('div', { class: 'actions end' },
        h('button', { type: 'button', autofocus: true, on: { click: () => element.close() } }, t('cancel.not')),
        h('button', { type: 'button', class: 'danger', on: { click: () => { answer = true; element.close() } } }, action)))
    element.addEventListener('close', () => resolve(answer))
  })
}
