"""Every state that can be reached, and what must be true in each of them and from each of them on."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from hashlib import blake2b

from shared.messaging.versions import end_version
from shared.persistence.port import JobState
from tests.model_check.protocol import Protocol
from tests.model_check.world import JOB_ID, World


@dataclass
class Explored:
    """What was found."""

    states: int = 0
    steps: int = 0
    #: What was broken, with the shortest way there.
    broken: dict[str, list[str]] = field(default_factory=dict)


def explore(world: World, protocol: Protocol, *, most_states: int, stop_at_first: bool = False) -> Explored:
    """Visit all states, breadth first.

    Checked in each state: no epoch ends twice, none is announced in two ways, an announcement says what is
    recorded, a job that is not over has a due time. Checked of the whole: from each state one is reachable in
    which all is done, and wherever nothing can happen any more, all is done.

    Raises:
        AssertionError: there are more states than allowed: the model has grown, or leaks.
    """
    found = Explored()
    numbers = {_digest(world): 0}
    ways: list[tuple[int, str]] = [(-1, "")]
    before: list[list[int]] = [[]]
    finished: set[int] = set()
    queue = deque([(0, world)])
    while queue:
        number, state = queue.popleft()
        for promise in broken_promises(state):
            found.broken.setdefault(promise, _way(ways, number))
        if found.broken and stop_at_first:
            break
        stuck = True
        for name, after in protocol.next_of(state):
            stuck = False
            found.steps += 1
            print_of = _digest(after)
            if print_of not in numbers:
                numbers[print_of] = len(ways)
                ways.append((number, name))
                before.append([])
                queue.append((numbers[print_of], after))
                assert len(ways) <= most_states, "more states than allowed"
            before[numbers[print_of]].append(number)
        if is_done(state):
            finished.add(number)
        elif stuck:
            found.broken.setdefault("it ends undone", _way(ways, number))
    found.states = len(ways)
    if not (found.broken and stop_at_first):
        hopeless = set(range(len(ways))) - _leading_to(finished, before)
        if hopeless:
            found.broken.setdefault("it can't be finished any more", _way(ways, min(hopeless)))
    return found


def broken_promises(world: World) -> list[str]:
    """Return what must never be, and is."""
    ended = [(epoch, state) for _, epoch, state in world.store.history if state.terminal]
    said: dict[int, set[tuple[str, str]]] = {}
    for message_id, status in world.events:
        said.setdefault(int(message_id.split(":")[1]), set()).add((message_id, status))
    broken = []
    if any(count > 1 for count in Counter(epoch for epoch, _ in ended).values()):
        broken.append("an epoch ends twice")
    if any(len(messages) > 1 for messages in said.values()):
        broken.append("an end is announced in two ways")
    recorded = {epoch: state.value for epoch, state in ended}
    if any(status != recorded.get(epoch) for epoch, messages in said.items() for _, status in messages):
        broken.append("what is announced is not recorded")
    job = world.job
    if job and (job.due_at is None) != job.state.terminal:
        broken.append("a job that is not over has no due time")
    return broken


def is_done(world: World) -> bool:
    """Say whether the job is over, nothing is left anywhere, and its end is the newest word about it."""
    job = world.job
    if job is None or not job.state.terminal or world.unsent or not world.quiet:
        return False
    message = (f"{JOB_ID}:{job.message.epoch}:{job.fence}:0", JobState(job.state).value)
    return message in world.events and message == max(world.events, key=_version)


def _version(event: tuple[str, str]) -> int:
    """Return what clients order the event by."""
    _job_id, epoch, fence, _number = event[0].rsplit(":", 3)
    return end_version(int(epoch), int(fence))


def _digest(world: World) -> bytes:
    """Return a name short enough for millions: two that collide are less likely than a broken machine."""
    return blake2b(repr(world.fingerprint).encode(), digest_size=16).digest()


def _leading_to(finished: set[int], before: list[list[int]]) -> set[int]:
    reaching, queue = set(finished), deque(finished)
    while queue:
        for number in before[queue.popleft()]:
            if number not in reaching:
                reaching.add(number)
                queue.append(number)
    return reaching


def _way(ways: list[tuple[int, str]], number: int) -> list[str]:
    names = []
    while number > 0:
        number, name = ways[number]
        names.append(name)
    return names[::-1]
