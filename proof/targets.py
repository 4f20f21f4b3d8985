"""The list of figures to meet or to beat, R1 to R24, and what is said of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proof.parts import Promise


@dataclass(frozen=True)
class Target:
    """One line of the list."""

    scenario: str
    target: str
    #: What is said when no part of a run measured it.
    unmeasured: str = "not part of this run"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was measured, and whether that is enough."""

    measured: str
    holds: bool | None


TARGETS: Mapping[str, Target] = {
    "R1": Target(
        "10,000 jobs, 20 % duplicates, 300 kills",
        "0 lost, 0 terminal twice, 0 T/K effects doubled, 0 events missing",
    ),
    "R2": Target("R1 with five seeds each night", "same, all seeds", "one seed a run: `--seed` sets another"),
    "R3": Target("a kill at each named point of the engine", "0/0/0 at every point"),
    "R4": Target("PostgreSQL crashes, also in a COMMIT", "0 lost, 0 doubled"),
    "R5": Target("Redis away, slow, limited to 1 MB", "no job fails of it, nothing doubled"),
    "R6": Target("an owner stopped beyond its lease", "0 terminal writes by stale owners"),
    "R7": Target("broker disconnects", "0 lost"),
    "R8": Target(
        "AI fault mix",
        "at least 99.9 % in the right class, at most 1.5 calls a job",
        "not part of this run: `make faults`",
    ),
    "R9": Target("the first provider is dead", "breaker opens after at most 5 failures, one probe"),
    "R10": Target("messages that kill their worker", "each ends as failed (poison) within its claims"),
    "R11": Target("hostile bodies", "no job stuck, none unhandled"),
    "R12": Target(
        "effects that nobody deduplicates, under kills",
        "0 doubled; uncertain ones listed",
        "not part of this run: `make effects`",
    ),
    "R13": Target("duplicate of a finished job", "p50 <= 5 ms, p99 <= 50 ms, no model call"),
    "R14": Target("one of the workers is killed", "its jobs resume within lease + sweep + 2 s"),
    "R15": Target("clocks wrong by 10 minutes", "R1's invariants"),
    "R16": Target(
        "replay of dead letters under kills",
        "each exactly once per operation",
        "not part of this run: `make replay`",
    ),
    "R17": Target(
        "webhook receivers of every sort",
        "the whole table of behaviour",
        "not part of this run: `make webhooks`",
    ),
    "R18": Target("SSRF corpus", "0 packets to the canary"),
    "R19": Target("media bombs", "within memory and time, refused", "not part of this run: `make hostile`"),
    "R20": Target("secret canaries", "0 in logs, rows and answers"),
    "R21": Target("prompt injections, a model that obeys", "nothing past the validator"),
    "R22": Target("steady load", "claim + final p99 <= 25 ms; >= 100 jobs/s without work on 2 cores"),
    "R23": Target("SIGTERM under load", "0 lost, 0 leases left to expire, exit within the grace"),
    "R24": Target("model check", "all states explored, invariants hold"),
}


def verdicts(promises: Sequence[Promise]) -> Mapping[str, Verdict]:
    """Return what is said of each; of several that measured the same, the worst counts."""
    told: dict[str, Verdict] = {
        name: Verdict(measured=target.unmeasured, holds=None) for name, target in TARGETS.items()
    }
    for promise in promises:
        before = told[promise.name]
        if before.measured == TARGETS[promise.name].unmeasured:
            told[promise.name] = Verdict(measured=promise.measured, holds=promise.holds)
            continue
        known = [holds for holds in (before.holds, promise.holds) if holds is not None]
        told[promise.name] = Verdict(
            measured=f"{before.measured}; {promise.measured}", holds=all(known) if known else None
        )
    return told
