"""All routes, each as it is described and as it is registered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docs.contracts.routes import creators_table, dead_letters_table, operators_table
from docs.contracts.routes.describing import FUNCTION_KEY, Route
from docs.contracts.routes.registered import Registered, registered

#: By what they are about.
GROUPS: Mapping[str, tuple[Route, ...]] = {
    "Jobs": operators_table.JOBS,
    "Dead letters": dead_letters_table.DEAD_LETTERS,
    "Operations on dead letters": dead_letters_table.REPLAYS,
    "Health, costs, alerts": operators_table.STANDING,
    "Console": operators_table.CONSOLE,
    "Creators' webhooks": creators_table.WEBHOOKS,
    "Notifications and callbacks": creators_table.OTHERS,
}


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A route with its place."""

    group: str
    route: Route
    registered: Registered

    @property
    def summary(self) -> str:
        """What it does, in a sentence."""
        return self.route.summary or self.registered.summary


def operations() -> tuple[Operation, ...]:
    """Return every route, in the order of the groups.

    Raises:
        ValueError: a function is not described, a description has no function, or the two contradict.
    """
    there = {(each.function, each.method): each for each in registered()}
    found = tuple(_placed(there))
    if missing := there.keys() - {(each.route.function, each.route.method) for each in found}:
        raise ValueError(f"These HTTP functions are not described: {sorted(missing)}")
    return found


def _placed(there: Mapping[tuple[str, str], Registered]) -> Iterator[Operation]:
    for group, routes in GROUPS.items():
        for route in routes:
            place = there.get((route.function, route.method))
            if place is None:
                raise ValueError(f"There is no HTTP function {route.function} for {route.method}.")
            if place.needs_function_key != all(FUNCTION_KEY in each for each in route.access.schemes):
                raise ValueError(f"{route.function}: described and registered with different keys.")
            yield Operation(group=group, route=route, registered=place)
