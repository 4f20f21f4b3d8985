/**
 * What a page keeps of a job while its updates come: late, twice, or in another order than they were sent.
 *
 * An update whose `version` is not above the one shown is stale and is dropped; so it does not matter how often
 * a message was delivered, or that a worker which lost its job still had something to say. Only
 * `job.enriched` is different: it adds fields to a result, so two of them both count, and one that comes before
 * the result waits for it.
 */
import type { JobEvent } from "../../contracts/types";

/** The argument of `jobUpdate`: an event as a page receives it. */
export type JobUpdate = JobEvent & { version: number };

export interface Job {
  /** The newest word about the job itself; null while only additions have come. */
  readonly state: JobUpdate | null;
  /** What was added to its result since, oldest first. */
  readonly additions: readonly JobUpdate[];
}

/** The job after an update; the very same object if the update says nothing new. */
export function applied(before: Job | undefined, update: JobUpdate): Job | undefined {
  const known: Job = before ?? { state: null, additions: [] };
  if (update.version <= (known.state?.version ?? -1)) return before;
  if (update.eventType === "job.enriched") {
    if (known.additions.some((each) => each.version === update.version)) return before;
    const additions = [...known.additions, update].sort((one, other) => one.version - other.version);
    return { ...known, additions };
  }
  return { state: update, additions: known.additions.filter((each) => each.version > update.version) };
}

/** The result with everything that was added to it; null while there is none, or if it has to be fetched. */
export function resultOf(job: Job): Record<string, unknown> | null {
  if (!job.state?.result) return null;
  return Object.assign({}, job.state.result, ...job.additions.map((each) => each.result ?? {}));
}
