// Elements, made of plain data. Text only ever becomes a text node: what others wrote can't become markup.

const SVG = 'http://www.w3.org/2000/svg'

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue
    if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener)
    else if (name === 'style') for (const [rule, told] of Object.entries(value)) element.style.setProperty(rule, told)
    else if (name === 'value') element.value = value
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

export const h = (tag, properties, ...children) => filled(document.createElement(tag), properties, children)

export const svg = (tag, properties, ...children) => filled(document.createElementNS(SVG, tag), properties, children)

// Text that somebody else wrote: it keeps its own direction to itself.
export function foreign(text, most = 280) {
  const whole = String(text ?? '')
  const shown = whole.length > most ? `${whole.slice(0, most)}…` : whole
  return h('bdi', { class: 'foreign', title: whole.length > most ? whole.slice(0, 2000) : null }, shown)
}

// Puts new content in an element's place, and leaves the keyboard where it was: `data-key` says what is the same.
export function swap(container, ...children) {
  const focused = container.contains(document.activeElement) ? document.activeElement.dataset.key : null
  container.replaceChildren(...children.flat(Infinity).filter(Boolean))
  if (focused) container.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })
}

let last = 0
export const unique = (name) => `${name}-${++last}`

// Says something to who does not see the page.
export function announce(text) {
  const place = document.getElementById('announcements')
  if (place) place.textContent = text
}
