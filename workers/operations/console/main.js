// Begins: in the language of who looks, signed in or not.
import { forgetAnswers, post } from './api.js'
import { h } from './dom.js'
import { forget, known } from './keys.js'
import { Live } from './live.js'
import { Shell } from './shell.js'
import { signIn } from './sign-in.js'
import { chooseLanguage, otherLanguage, speak, t } from './words.js'

let shell = null
let live = null

function signedOut(problem = null) {
  shell?.close()
  live?.stop()
  shell = live = null
  forget()
  forgetAnswers()
  document.title = t('title')
  signIn(document.body, { problem, entered, switchLanguage: () => switchLanguage(() => signedOut(problem)) })
}

function entered(session) {
  live = new Live()
  live.start(session.realtime)
  show(session)
}

function show(session) {
  shell = new Shell({ session, live, signOut: () => signedOut(), expired: () => signedOut('signin.expired'), switchLanguage: () => switchLanguage(() => { shell.close(); show(session) }) })
  shell.open(document.body)
}

async function switchLanguage(then) {
  await chooseLanguage(otherLanguage())
  then()
}

async function begin() {
  await speak()
  document.body.replaceChildren(h('p', { class: 'loading page-loading', role: 'status' }, t('loading')))
  if (!known()) return signedOut()
  try {
    entered(await post('console/session'))
  } catch (error) {
    if (error.status === 401 || error.status === 403) signedOut('signin.expired')
    else document.body.replaceChildren(
      h('main', { class: 'sign-in' }, h('div', { class: 'card' }, h('h1', {}, t('away.title')), h('p', {}, t('away.text')),
        h('button', { class: 'primary', type: 'button', on: { click: () => location.reload() } }, t('again')))),
    )
  }
}

begin()
