// Jobs in a line each, and what an update changes about them.
import { foreign, h } from './dom.js'
import { jobLink, state } from './parts.js'
import { ago } from './time.js'
import { word } from './words.js'

export function jobRow(job) {
  return h('li', { 'data-job': job.jobId, 'data-status': job.status },
    h('span', { class: 'stack' }, h('strong', {}, foreign(word('type', job.jobType), 60)), jobLink(job.jobId)),
    h('span', { class: 'end stack' }, state(job.status), h('small', { class: 'quiet' }, ago(job.updatedAt))))
}

// What is known of jobs, and an update: the newer one counts, and a job that was not there comes first.
export function byUpdate(jobs, update) {
  const place = jobs.findIndex((each) => each.jobId === update.jobId)
  const known = place < 0 ? { jobId: update.jobId, createdAt: update.updatedAt, attempt: 0, version: -1 } : jobs[place]
  if (update.version !== undefined && update.version <= known.version && update.eventType !== 'job.enriched') return jobs
  const changed = {
    ...known,
    jobType: update.jobType ?? known.jobType,
    creatorId: update.creatorId ?? known.creatorId,
    status: update.status,
    progress: update.progress,
    error: update.error,
    updatedAt: update.updatedAt,
    version: Math.max(update.version ?? 0, known.version),
  }
  return place < 0 ? [changed, ...jobs] : jobs.with(place, changed)
}
