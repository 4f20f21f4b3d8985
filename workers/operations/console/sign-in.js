// Two keys let an operator in.
import { post } from './api.js'
import { h, unique } from './dom.js'
import { forget, remember } from './keys.js'
import { named, t } from './words.js'

export function signIn(body, { problem, entered, switchLanguage }) {
  const complaint = h('p', { class: 'complaint', role: 'alert', id: unique('complaint') }, problem ? t(problem) : '')
  const platform = field('signin.platform', 'signin.platform.help')
  const operator = field('signin.operator', 'signin.operator.help')
  const button = h('button', { class: 'primary wide', type: 'submit' }, t('signin.enter'))

  async function submit(event) {
    event.preventDefault()
    complaint.textContent = ''
    button.disabled = true
    remember(platform.input.value.trim(), operator.input.value.trim())
    try {
      entered(await post('console/session'))
    } catch (error) {
      forget()
      complaint.textContent = t(reason(error))
      const wrong = error.status === 401 && !error.code ? platform : operator
      wrong.input.focus()
      wrong.input.select()
    } finally {
      button.disabled = false
    }
  }

  body.replaceChildren(
    h('main', { class: 'sign-in' },
      h('form', { class: 'card', on: { submit }, 'aria-describedby': complaint.id },
        h('p', { class: 'brand' }, 'Huntaze ', h('span', {}, t('brand'))),
        h('h1', {}, t('signin.title')),
        platform.row, operator.row, complaint, button,
        h('p', { class: 'quiet small' }, t('signin.kept')))),
    h('footer', { class: 'sign-in-footer' },
      h('button', { type: 'button', class: 'plain', lang: t('language.other.code'), on: { click: switchLanguage } }, t('language.other'))),
  )
  platform.input.focus()
}

function field(label, help) {
  const [id, about] = [unique('key'), unique('about')]
  const input = h('input', {
    id, type: 'password', required: true, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off', 'aria-describedby': about,
  })
  return { input, row: h('div', { class: 'field' }, h('label', { for: id }, t(label)), input, h('p', { id: about, class: 'quiet small' }, t(help))) }
}

// The platform refuses in its own way, without a code; the app says why.
function reason(error) {
  if (error.status === 401) return error.code ? 'signin.wrong.operator' : 'signin.wrong.platform'
  return named('problem', error.code) ? `problem.${error.code}` : 'signin.failed'
}
