// One letter, sent again with another payload: an administrator's, where it is enabled.
import { get, path, post, query } from './api.js'
import { foreign, h, swap, unique } from './dom.js'
import { dialog } from './dialog.js'
import { complaint, loading } from './parts.js'
import { t } from './words.js'

export function editDialog({ subscription, letter }) {
  const id = crypto.randomUUID()
  const place = h('div', {}, loading())
  dialog(t('edit.title'), h('p', { class: 'quiet' }, t('edit.about')), letter.reason ? h('p', { class: 'reason' }, foreign(letter.reason)) : null, place)
  show()

  async function show() {
    try {
      const found = await get(`${path('dead-letters', subscription)}${query({ from: letter.sequenceNumber, limit: 1, includeBody: true })}`)
      const whole = found.messages.find((each) => each.sequenceNumber === letter.sequenceNumber)
      swap(place, whole ? form(whole) : h('p', {}, t('edit.gone')))
      place.querySelector('textarea')?.focus()
    } catch (error) {
      swap(place, h('p', { class: 'complaint', role: 'alert' }, complaint(error)))
    }
  }

  function form(whole) {
    const payload = h('textarea', { id: unique('payload'), rows: '12', spellcheck: 'false', required: true, value: payloadOf(whole) })
    const type = h('input', { id: unique('type'), value: whole.jobType ?? '', maxlength: '64', autocomplete: 'off' })
    const creator = h('input', { id: unique('creator'), value: whole.creatorId ?? '', maxlength: '128', autocomplete: 'off' })
    const wrong = h('p', { class: 'complaint', role: 'alert' })
    const send = h('button', { type: 'submit', class: 'primary' }, t('edit.send'))

    async function submit(event) {
      event.preventDefault()
      wrong.textContent = ''
      let value
      try {
        value = JSON.parse(payload.value)
      } catch {
        wrong.textContent = t('edit.no.json')
        return payload.focus()
      }
      send.disabled = true
      try {
        const sent = await post(path('dead-letters', subscription, 'edit-replay'), {
          id, sequenceNumber: whole.sequenceNumber, payload: value,
          ...(type.value.trim() ? { jobType: type.value.trim() } : {}), ...(creator.value.trim() ? { creatorId: creator.value.trim() } : {}),
        })
        location.hash = `jobs/${encodeURIComponent(sent.jobId)}`
      } catch (error) {
        wrong.textContent = complaint(error)
      } finally {
        send.disabled = false
      }
    }
    const row = (input, label) => h('div', { class: 'field' }, h('label', { for: input.id }, t(label)), input)
    return h('form', { on: { submit } }, row(payload, 'edit.payload'), h('div', { class: 'filters' }, row(type, 'edit.type'), row(creator, 'edit.creator')), wrong,
      h('div', { class: 'actions end' }, send))
  }
}

// What the job was asked with, or all that the message said if it was none.
function payloadOf({ body }) {
  try {
    const whole = JSON.parse(body)
    return JSON.stringify(whole?.payload ?? whole, null, 2)
  } catch {
    return body ?? ''
  }
}
