// The two keys of who is signed in: for as long as the tab is open, and only ever sent as headers.

const PLATFORM = 'huntaze.console.platform-key'
const OPERATOR = 'huntaze.console.operator-key'

export function remember(platform, operator) {
  sessionStorage.setItem(PLATFORM, platform)
  sessionStorage.setItem(OPERATOR, operator)
}

export function forget() {
  sessionStorage.removeItem(PLATFORM)
  sessionStorage.removeItem(OPERATOR)
}

export const known = () => sessionStorage.getItem(PLATFORM) !== null

export const headers = () => ({
  'x-functions-key': sessionStorage.getItem(PLATFORM) ?? '',
  'x-operator-key': sessionStorage.getItem(OPERATOR) ?? '',
})
