"""Parts 1 and 3: the main run under kills and faults, and the test of the test."""

from __future__ import annotations

from proof import killing, orderings, plans, world
from proof.parts import Chart, Part, Promise, Setting


async def main_run(setting: Setting) -> Part:
    """Run thousands of jobs through kills and faults, and count."""
    plan = plans.Plan(
        seed=setting.seed,
        jobs=setting.jobs,
        kills=setting.kills,
        hosts=2 if setting.quick else 3,
        waves=2 if setting.quick else 10,
        broker_kills=1 if setting.quick else 3,
        most_seconds=90 if setting.quick else 1_500,
    )
    async with world.running(setting.directory / "main", lock="PT5S") as services:
        run = await killing.run(plan, services, setting.tell)
    found = run.accounts
    part = Part(
        name="main",
        title="Kills, duplicates and failing services",
        good=not found.broken and sum(run.deaths.values()) >= plan.kills,
        data=run.as_json(),
        figures=_figures(run),
        notes=[
            (
                "The broker here keeps messages in memory only. It is killed when every message has been"
                " delivered once; what is in flight then has to be recovered from the store."
            ),
            "Killed at: "
            + ", ".join(f"{where} {count}" for where, count in sorted(run.deaths.items()))
            + ".",
            "Faults: " + ", ".join(f"{name} {count}" for name, count in sorted(run.faults.items())) + ".",
        ],
        charts=[
            Chart(
                name="main",
                title="Jobs ended and kills, over the run",
                x="seconds",
                y="jobs, kills",
                lines={
                    "jobs ended": [(at, float(ended)) for at, ended, _ in run.timeline],
                    "kills": [(at, float(kills)) for at, _, kills in run.timeline],
                },
            )
        ],
    )
    part.promises = _promises(run, good=part.good)
    return part


def _figures(run: plans.Run) -> list[tuple[str, str]]:
    found = run.accounts
    return [
        ("jobs acknowledged, with follow-ups", f"{found.acknowledged:,}"),
        ("messages published, duplicates among them", f"{run.published:,}, {run.duplicates:,}"),
        ("asked for again, as nobody knew whether they had been taken", f"{run.doubtful:,}"),
        ("processes killed (SIGKILL)", f"{sum(run.deaths.values()):,}"),
        ("faults of services", f"{sum(run.faults.values()):,}"),
        ("PostgreSQL crashes while outcomes waited in their COMMIT", f"{run.commits_hit:,}"),
        ("keys that Redis had to forget", f"{run.evicted_keys:,}"),
        ("**lost**", f"**{found.lost}**"),
        ("**duplicated** (terminal twice, or announced in two ways)", f"**{found.duplicated}**"),
        ("**unexpected**", f"**{found.unexpected}**"),
        ("recovered (nobody knew whether they had been sent)", f"{found.recovered:,}"),
        ("**events missing**", f"**{found.unannounced}**"),
        ("events that say something else than the store", f"{found.contradicted}"),
        (
            "terminal states",
            ", ".join(f"{state} {count:,}" for state, count in sorted(found.terminal.items())),
        ),
        ("T, ledger: entries, **doubled**", f"{found.ledger_entries:,}, **{found.ledger_doubled}**"),
        (
            "model calls by the model's own log, jobs asked for again after a death",
            f"{found.model_calls:,}, {found.model_repeated:,}",
        ),
        (
            "K, webhooks: due, missing, **doubled**, repeated under the same id",
            (
                f"{found.webhooks_due:,}, {found.webhooks_missing}, **{found.webhooks_doubled}**,"
                f" {found.webhooks_absorbed:,}"
            ),
        ),
        (
            "K, events: repeated under the same id, gone with the broker that had taken them",
            f"{found.events_repeated:,}, {found.events_gone_with_broker:,}",
        ),
    ]


def _promises(run: plans.Run, *, good: bool) -> list[Promise]:
    found = run.accounts
    counts = (
        f"{found.lost} lost, {found.duplicated} doubled, {found.unannounced} events missing,"
        f" {found.ledger_doubled + found.webhooks_doubled} effects doubled"
    )
    faults = run.faults
    crashes = sum(count for name, count in faults.items() if name.startswith("PostgreSQL"))
    redis = sum(count for name, count in faults.items() if name.startswith("Redis"))
    broker = sum(count for name, count in faults.items() if name.startswith("broker"))
    kills = sum(run.deaths.values())
    evicted = f"{run.evicted_keys:,} keys evicted" if run.evicted_keys else "nothing had to be evicted"
    named = {where for where in run.deaths if where not in {"at random", "elsewhere"}}
    return [
        Promise(
            name="R1",
            measured=f"{found.acknowledged:,} jobs, {kills} kills, {run.seconds:.0f} s: {counts}",
            holds=good,
        ),
        Promise(name="R3", measured=f"main run: killed at {len(named)} named points: {counts}", holds=good),
        Promise(
            name="R4",
            measured=f"{crashes} crashes, {run.commits_hit} in a COMMIT: {counts}",
            holds=good,
        ),
        Promise(name="R5", measured=f"{redis} faults, {evicted}: {counts}", holds=good),
        Promise(name="R7", measured=f"{broker} faults: {counts}", holds=good),
    ]


async def test_of_the_test(setting: Setting) -> Part:
    """Show that the checker finds what it is there to find, and nothing else."""
    async with world.running(setting.directory / "orderings") as services:
        judged = await orderings.judged(services, seed=setting.seed, quick=setting.quick)
    rows: list[tuple[str, ...]] = [("fault", "ordering", "the checker says", "as it should")]
    rows += [
        (each.trial.fault, each.ordering, ", ".join(each.broken) or "nothing", "yes" if each.found else "NO")
        for each in judged
    ]
    stale = next(
        each for each in judged if each.trial.ordering == "no fence" and each.ordering == orderings.AS_IT_IS
    )
    return Part(
        name="orderings",
        title="The test of the test",
        good=all(each.found for each in judged),
        figures=[
            (
                "broken orderings found",
                f"{sum(e.found for e in judged if e.ordering != orderings.AS_IT_IS)} of 4",
            )
        ],
        tables=[list(rows)],
        notes=[
            (
                "The index that forbids a second terminal state is dropped for this part, so that it is the"
                " ordering that is tried."
            )
        ],
        promises=[
            Promise(
                name="R6",
                measured=f"an owner stopped at the record: {stale.accounts.duplicated} doubled as it is",
                holds=stale.found,
            )
        ],
        data={"trials": [(e.trial.fault, e.ordering, e.broken, e.found) for e in judged]},
    )
