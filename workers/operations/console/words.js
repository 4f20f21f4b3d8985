// The page's two languages, and how each writes numbers, money and time.

const LANGUAGES = ['en', 'fr']
const MOST_CHARACTERS = 64
const REMEMBERED = 'huntaze.console.language'

let language = 'en'
let words = {}
let plural = new Intl.PluralRules('en')
let locale = 'en'

function preferred() {
  const chosen = localStorage.getItem(REMEMBERED)
  if (LANGUAGES.includes(chosen)) return chosen
  const known = navigator.languages.map((each) => each.slice(0, 2).toLowerCase()).find((each) => LANGUAGES.includes(each))
  return known ?? 'en'
}

export async function speak(wanted = preferred()) {
  const module = wanted === 'fr' ? await import('./fr.js') : await import('./en.js')
  language = wanted
  words = module.default
  locale = navigator.languages.find((each) => each.toLowerCase().startsWith(wanted)) ?? wanted
  plural = new Intl.PluralRules(locale)
  document.documentElement.lang = wanted
}

export function chooseLanguage(wanted) {
  localStorage.setItem(REMEMBERED, wanted)
  return speak(wanted)
}

export const spoken = () => language
export const otherLanguage = () => LANGUAGES.find((each) => each !== language)

// `t('group.all', { count: 3 })` finds `group.all.other`, and puts `3` in the place of `{count}`.
export function t(key, values = {}) {
  const counted = 'count' in values ? words[`${key}.${plural.select(values.count)}`] ?? words[`${key}.other`] : undefined
  const text = counted ?? words[key] ?? key
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name]
    return typeof value === 'number' ? number(value) : value ?? whole
  })
}

// Whether a code that the app gave has a word.
export const named = (family, code) => `${family}.${code}` in words

// The word for a code; a code that has none may be anybody's text, so it is kept short and runs in no other direction.
export const word = (family, code) => words[`${family}.${code}`] ?? String(code ?? '').replace(/[\u202a-\u202e\u2066-\u2069]/g, '').slice(0, MOST_CHARACTERS)

export const number = (value, options) => new Intl.NumberFormat(locale, options).format(value)

export const percent = (value) => number(value / 100, { style: 'percent', maximumFractionDigits: value < 10 ? 1 : 0 })

// Less than a dollar is told to the hundredth of a cent, unless somebody says how finely.
export function money(micros, digits) {
  const usd = micros / 1e6
  const most = digits ?? (usd !== 0 && Math.abs(usd) < 1 ? 4 : 2)
  return number(usd, { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', minimumFractionDigits: digits ?? 2, maximumFractionDigits: most })
}

export const exactly = (moment) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(moment)

export const clock = (moment) =>
  new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' }).format(moment)

export const day = (moment, options = { day: 'numeric', month: 'short' }) =>
  new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options }).format(moment)

const UNITS = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]]

export function relatively(moment, now = Date.now()) {
  const seconds = (moment - now) / 1000
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
  return format.format(Math.round(seconds / size), unit)
}

export function lasting(milliseconds) {
  const unit = (value, name, digits = 0) => number(value, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits })
  if (milliseconds < 1000) return unit(milliseconds, 'millisecond')
  if (milliseconds < 60_000) return unit(milliseconds / 1000, 'second', 1)
  if (milliseconds < 3_600_000) return unit(milliseconds / 60_000, 'minute', 1)
  if (milliseconds < 48 * 3_600_000) return unit(milliseconds / 3_600_000, 'hour', 1)
  return unit(milliseconds / 86_400_000, 'day', 1)
}
