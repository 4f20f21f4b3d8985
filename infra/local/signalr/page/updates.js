// What a page keeps of a job, and which updates it drops. `docs/examples/typescript/updates.ts` is the same in
// TypeScript, with its reasons.

export function applied(before, update) {
  const known = before ?? { state: null, additions: [] }
  if (update.version <= (known.state?.version ?? -1)) return before
  if (update.eventType === 'job.enriched') {
    if (known.additions.some((each) => each.version === update.version)) return before
    const additions = [...known.additions, update].sort((one, other) => one.version - other.version)
    return { ...known, additions }
  }
  return { state: update, additions: known.additions.filter((each) => each.version > update.version) }
}

export function resultOf(job) {
  if (!job.state?.result) return null
  return Object.assign({}, job.state.result, ...job.additions.map((each) => each.result ?? {}))
}
