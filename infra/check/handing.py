"""What goes into a deployment and comes out of it: parameters and outputs, with what is secret about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.check.findings import Fault
from infra.check.syntax import Declaration, Kind, Template
from infra.check.values import Located, Runtime, Unusable, is_secret, started

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "int": int,
    "bool": bool,
    "object": dict,
    "array": list,
}


def handed_over(
    declaration: Declaration, template: Template, given: Located, report: Callable[[int, Fault, str], None]
) -> Iterator[tuple[str, Any]]:
    """Yield the parameters of a module as it sees them; what does not fit is reported."""
    parameters = {each.name: each for each in template.of(Kind.PARAM)}
    for name in parameters.keys() - given.keys():
        if parameters[name].value is None:
            message = f"{declaration.name} needs the parameter {name}."
            report(given.line, Fault.PARAMETER, message)
            yield name, Unusable()
    for name, value in given.items():
        if name not in parameters:
            message = f"{declaration.target} has no parameter {name}."
            report(given.line_of(name), Fault.PARAMETER, message)
            continue
        secure = parameters[name].secure
        if is_secret(value) and not secure:
            message = f"{name} is given a secret, and is not declared as secure."
            report(given.line_of(name), Fault.SECRET, message)
        yield name, started(value, secure=secure)


def secured(template: Template, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Mark the values of secure parameters as secret."""
    secure = {each.name for each in template.of(Kind.PARAM) if each.secure}
    return {name: started(value, secure=name in secure) for name, value in parameters.items()}


def fits(value: Any, type_text: str) -> bool:
    """Tell whether a value is of a declared type."""
    expected = _TYPES.get(type_text)
    if expected is None or isinstance(value, Runtime | Unusable):
        return True
    if isinstance(value, bool):
        return expected is bool
    return isinstance(value, expected)


def deferred(value: Any) -> Any:
    """Return a module's output as its user sees it: known while the deployment runs."""
    if isinstance(value, Runtime):
        return Runtime(text=value.text, secret=value.secret)
    if isinstance(value, dict):
        return {key: deferred(item) for key, item in value.items()}
    if isinstance(value, list):
        return [deferred(item) for item in value]
    return Runtime(text=str(value)) if isinstance(value, str) else value
