// Does something again and again while somebody looks, and less often while it fails.

const SLOWEST_SECONDS = 60

export function again(task, seconds, failed) {
  let timer = null
  let failures = 0
  let stopped = false
  let running = false

  const plan = () => {
    clearTimeout(timer)
    if (stopped || document.hidden) return
    timer = setTimeout(run, Math.min(seconds() * 2 ** failures, SLOWEST_SECONDS) * 1000)
  }
  const run = async () => {
    if (running || stopped) return
    running = true
    try {
      await task()
      failures = 0
    } catch (error) {
      failures += 1
      if (!stopped) failed(error)
    } finally {
      running = false
      plan()
    }
  }
  const seen = () => (document.hidden ? clearTimeout(timer) : run())
  document.addEventListener('visibilitychange', seen)
  run()
  return {
    now: run,
    stop: () => {
      stopped = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', seen)
    },
  }
}
