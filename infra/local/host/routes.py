"""ASP.NET route templates, as far as HTTP triggers use them: `jobs/{id}`, `{id:int}`, `{id?}`, `{*all}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from infra.local.host.errors import HostError

_CONSTRAINTS = {
    "int": r"-?\d+",
    "long": r"-?\d+",
    "alpha": r"[A-Za-z]+",
    "bool": r"(?i:true|false)",
    "guid": r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    "decimal": r"-?\d+(?:\.\d+)?",
    "double": r"-?\d+(?:\.\d+)?",
}
_PARAMETER = re.compile(r"\{(?P<all>\*{1,2})?(?P<name>\w+)(?::(?P<constraint>[\w()]+))?(?P<optional>\?)?\}")


@dataclass(frozen=True, kw_only=True)
class Route:
    """A compiled template."""

    template: str
    pattern: re.Pattern[str]
    #: Sorts routes so that the most literal one is asked first, as ASP.NET does.
    precedence: tuple[int, ...]

    def match(self, path: str) -> dict[str, str] | None:
        """Return the parameters of a raw path, decoded, or `None` when it is another route's."""
        found = self.pattern.fullmatch(path.strip("/"))
        if found is None:
            return None
        return {name: unquote(value) for name, value in found.groupdict().items() if value is not None}


def compile_route(template: str, prefix: str = "") -> Route:
    """Compile a template below the app's route prefix.

    Raises:
        HostError: the template is not valid, or has a constraint that the development host does not know.
    """
    segments = [segment for segment in f"{prefix}/{template}".split("/") if segment]
    pattern, precedence = "", []
    for segment in segments:
        separator = "/" if pattern else ""
        piece, rank = _segment(segment, separator, template)
        pattern += piece
        precedence.append(rank)
    return Route(template=template, pattern=re.compile(pattern), precedence=tuple(precedence))


def _segment(segment: str, separator: str, template: str) -> tuple[str, int]:
    """Return a segment's pattern and its rank: literal, constrained, free, optional, everything."""
    parameter = _PARAMETER.fullmatch(segment)
    if parameter is None:
        if "{" in segment or "}" in segment:
            raise HostError(f"the route {template!r} is not valid")
        return separator + f"(?i:{re.escape(segment)})", 0
    name = parameter["name"]
    if parameter["all"]:
        return f"(?:{separator}(?P<{name}>.*))?", 4
    value, rank = _constraint(parameter["constraint"], template)
    if parameter["optional"]:
        return f"(?:{separator}(?P<{name}>{value}))?", 3
    return f"{separator}(?P<{name}>{value})", rank


def _constraint(name: str | None, template: str) -> tuple[str, int]:
    if name is None:
        return "[^/]+", 2
    if name not in _CONSTRAINTS:
        raise HostError(f"the route {template!r} has the constraint {name}, which is not served here")
    return _CONSTRAINTS[name], 1
