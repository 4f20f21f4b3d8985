// Every job's updates, as they happen, by SignalR; who can't listen asks from time to time instead.
import { post } from './api.js'

const RETRY_SECONDS = [1, 2, 5, 10, 30]

export class Live extends EventTarget {
  #connection = null
  #stopped = false
  #failures = 0
  #timer = null
  connected = false

  // `first` is where to connect, if that is known already.
  async start(first) {
    if (this.#stopped) return
    try {
      const access = first ?? (await post('console/session')).realtime
      if (!access) return
      await import('./signalr.min.js')
      if (this.#stopped) return
      const { HubConnectionBuilder, HttpTransportType, LogLevel } = self.signalR
      const connection = new HubConnectionBuilder()
        .withUrl(access.url, { accessTokenFactory: () => access.accessToken, transport: HttpTransportType.WebSockets, withCredentials: false })
        .configureLogging(LogLevel.None)
        .build()
      connection.on('jobUpdate', (update) => this.dispatchEvent(new CustomEvent('job', { detail: update })))
      connection.onclose(() => this.#lost())
      await connection.start()
      this.#connection = connection
      if (this.#stopped) return connection.stop()
      this.#failures = 0
      this.#say(true)
    } catch (error) {
      if (error.status !== 401) this.#lost()
    }
  }

  stop() {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#connection?.stop()
  }

  #lost() {
    this.#say(false)
    if (this.#stopped) return
    const seconds = RETRY_SECONDS[Math.min(this.#failures++, RETRY_SECONDS.length - 1)]
    this.#timer = setTimeout(() => this.start(), seconds * 1000)
  }

  #say(connected) {
    if (this.connected === connected) return
    this.connected = connected
    this.dispatchEvent(new Event('state'))
  }
}
