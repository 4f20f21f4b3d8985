// What stands around every view: the way from one to another, who is signed in, whether updates come.
import { h, swap } from './dom.js'
import { complaintOf } from './parts.js'
import { openArchive } from './archive.js'
import { openCosts } from './costs.js'
import { openDeadLetters } from './dead-letters.js'
import { openGroup } from './group.js'
import { openJobs } from './jobs.js'
import { openNow } from './now.js'
import { openOperation } from './operation.js'
import { openStory } from './story.js'
import { icon } from './icons.js'
import { t, word } from './words.js'

const PLACES = ['now', 'dead-letters', 'jobs', 'costs']

const VIEWS = {
  now: openNow,
  'dead-letters': (context, ...where) => (where.length ? openGroup(context, ...where) : openDeadLetters(context)),
  archive: openArchive,
  operations: openOperation,
  jobs: (context, id) => (id ? openStory(context, id) : openJobs(context)),
  costs: openCosts,
}
const BELONGS = { archive: 'dead-letters', operations: 'dead-letters' }
const RANKS = ['viewer', 'operator', 'admin']

export class Shell {
  #view = null
  #main = h('main', { id: 'main', tabindex: '-1' })
  #links = {}
  #listening = h('p', { class: 'listening' })
  #moved = () => this.#arrive(true)
  #heard = () => this.#listen()

  constructor({ session, live, signOut, expired, switchLanguage }) {
    this.session = session
    this.live = live
    this.signOut = signOut
    this.expired = expired
    this.switchLanguage = switchLanguage
  }

  open(body) {
    const link = (place) => {
      this.#links[place] = h('a', { href: `#${place}` }, icon(place), h('span', {}, t(`nav.${place}`)))
      return h('li', {}, this.#links[place])
    }
    body.replaceChildren(
      h('a', { class: 'skip', href: '#main', on: { click: (event) => { event.preventDefault(); this.#main.focus() } } }, t('skip')),
      h('header', { class: 'top' },
        h('p', { class: 'brand' }, h('a', { href: '#now' }, 'Huntaze ', h('span', {}, t('brand')))),
        h('nav', { 'aria-label': t('nav') }, h('ul', {}, PLACES.map(link))),
        h('div', { class: 'who' },
          this.#listening,
          h('p', { class: 'name', title: this.session.operator.name }, h('bdi', {}, this.session.operator.name), h('small', {}, word('role', this.session.operator.role))),
          h('button', { type: 'button', class: 'plain', lang: t('language.other.code'), title: t('language.other'), 'aria-label': `${t('language.other.short')}, ${t('language.other')}`, on: { click: this.switchLanguage } }, t('language.other.short')),
          h('button', { type: 'button', class: 'plain icon-button', title: t('signout'), 'aria-label': t('signout'), on: { click: this.signOut } }, icon('leave')))),
      this.#main,
      h('p', { id: 'announcements', class: 'unseen', role: 'status', 'aria-live': 'polite' }),
    )
    addEventListener('hashchange', this.#moved)
    this.live.addEventListener('state', this.#heard)
    this.#listen()
    this.#arrive(false)
  }

  close() {
    this.#view?.close()
    removeEventListener('hashchange', this.#moved)
    this.live.removeEventListener('state', this.#heard)
  }

  // Whether who is signed in may do what needs a role; the app decides anyway.
  may(role) {
    return RANKS.indexOf(this.session.operator.role) >= RANKS.indexOf(role)
  }

  // Shows what went wrong in a view, or leaves if the keys no longer count.
  failed(place, error) {
    if (error.status === 401) return this.expired()
    swap(place, complaintOf(error))
  }

  #listen() {
    const connected = this.live.connected
    this.#listening.className = connected ? 'listening on' : 'listening'
    this.#listening.textContent = t(connected ? 'live.on' : 'live.off')
    this.#listening.title = t(connected ? 'live.on.about' : 'live.off.about')
  }

  #arrive(moved) {
    const [name, ...rest] = location.hash.slice(1).split('/').map(readable)
    const place = Object.hasOwn(VIEWS, name) ? name : 'now'
    this.#view?.close()
    for (const [each, link] of Object.entries(this.#links)) {
      if (each === (BELONGS[place] ?? place)) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    }
    this.#view = VIEWS[place](this, ...rest)
    this.#main.replaceChildren(this.#view.element)
    const heading = this.#main.querySelector('h1')
    document.title = `${heading?.textContent ?? ''} · Huntaze`
    if (moved) {
      scrollTo(0, 0)
      heading?.setAttribute('tabindex', '-1')
      heading?.focus({ preventScroll: true })
    }
  }
}

function readable(segment) {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
