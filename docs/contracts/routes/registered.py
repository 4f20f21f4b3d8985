"""The HTTP functions as they are registered with the platform."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from docs.contracts.catalogue import summary


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One method of one HTTP function."""

    function: str
    method: str
    #: Below `/api/`, such as `jobs/{jobId}`.
    route: str
    needs_function_key: bool
    #: The first line of its docstring.
    summary: str

    @property
    def path(self) -> str:
        """The path that it answers."""
        return f"/api/{self.route}"


@cache
def registered() -> tuple[Registered, ...]:
    """Return every method of every HTTP function, in the order of their registration.

    An app can be asked only once in a process.
    """
    from function_app import app

    found = []
    for function in app.get_functions():
        for binding in function.get_bindings():
            told = binding.get_dict_repr()
            if told["type"] == "httpTrigger":
                found += [
                    Registered(
                        function=str(function.get_function_name()),
                        method=_name(method).upper(),
                        route=told["route"],
                        needs_function_key=_name(told["authLevel"]).upper() != "ANONYMOUS",
                        summary=summary(function.get_user_function()),
                    )
                    for method in told["methods"]
                ]
    return tuple(found)


def _name(value: object) -> str:
    return str(getattr(value, "value", value))
