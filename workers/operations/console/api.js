// Asks the app. What did not change is not sent again, where the app says so by an ETag.
import { headers } from './keys.js'

const ROOT = new URL('../../', import.meta.url).href
const PATIENCE_MS = 125_000
const MOST_REMEMBERED = 50

const seen = new Map()

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message)
    this.status = status
    this.code = code
  }
}

export const get = (path, options) => ask('GET', path, options)
export const post = (path, body, options) => ask('POST', path, { ...options, body })
export const remove = (path, options) => ask('DELETE', path, options)

// Builds a path of segments, each of which may hold anything.
export const path = (...segments) => segments.map(encodeURIComponent).join('/')

export function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '')
  return given.length ? `?${new URLSearchParams(given)}` : ''
}

async function ask(method, asked, { body, accepts = [], signal } = {}) {
  const known = method === 'GET' ? seen.get(asked) : undefined
  const patience = AbortSignal.timeout(PATIENCE_MS)
  let answer
  try {
    answer = await fetch(ROOT + asked, {
      method,
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
      headers: {
        ...headers(),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(known ? { 'If-None-Match': known.tag } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'UNREACHABLE', '')
  }
  if (answer.status === 304 && known) return known.value
  const value = await answer.json().catch(() => null)
  if (!answer.ok && !accepts.includes(answer.status)) {
    throw new ApiError(answer.status, value?.error?.code ?? '', value?.error?.message ?? '')
  }
  const tag = answer.headers.get('ETag')
  if (method === 'GET' && tag) remembered(asked, { tag, value })
  return value
}

function remembered(asked, found) {
  seen.delete(asked)
  seen.set(asked, found)
  if (seen.size > MOST_REMEMBERED) seen.delete(seen.keys().next().value)
}

export const forgetAnswers = () => seen.clear()
