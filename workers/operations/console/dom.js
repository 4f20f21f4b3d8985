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

// Puts new content in an element's place. What is the same stays, with whatever is selected, open or under the keyboard;
// `data-key` says what has the keyboard next if it does not.
export function swap(container, ...children) {
  const focused = container.contains(document.activeElement) ? document.activeElement.dataset.key : null
  const wanted = children.flat(Infinity).filter(Boolean).map((child) => (child instanceof Node ? child : new Text(child)))
  const open = new Set(Array.from(container.querySelectorAll('details[open] > summary'), (summary) => summary.textContent))
  for (const details of wanted.flatMap((child) => [...(child.querySelectorAll?.('details') ?? [])])) {
    if (open.has(details.querySelector('summary').textContent)) details.open = true
  }
  settle(container, wanted)
  if (focused && !container.contains(document.activeElement)) {
    container.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })
  }
}

function settle(place, wanted) {
  const present = [...place.childNodes]
  wanted.forEach((child, at) => (at < present.length ? become(present[at], child) : place.append(child)))
  for (const child of present.slice(wanted.length)) child.remove()
}

function become(now, then) {
  if (now.isEqualNode(then)) return
  const same = now instanceof Element && then instanceof Element && now.cloneNode(false).isEqualNode(then.cloneNode(false))
  if (same) settle(now, [...then.childNodes])
  else now.replaceWith(then)
}

// Does something once before the page is next drawn, however often it is asked for until then.
export function soon(task) {
  let asked = false
  return () => {
    if (asked) return
    asked = true
    requestAnimationFrame(() => {
      asked = false
      task()
    })
  }
}

let last = 0
export const unique = (name) => `${name}-${++last}`

// Says something to who does not see the page.
export function announce(text) {
  const place = document.getElementById('announcements')
  if (place) place.textContent = text
}
