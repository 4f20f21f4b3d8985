"""Finding the functions of an app, the way the Functions worker and the Functions host do together.

The worker's half fails the whole app: an import error, no or two `FunctionApp`s, a name used twice, an
argument that no binding fills. The host's half fails one function: a missing setting or connection.
"""

from __future__ import annotations

import importlib
import inspect
import json
import logging
import sys
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure.functions.decorators.function_app import Function, FunctionRegister

from infra.local.host import app_settings
from infra.local.host.errors import HostError

_logger = logging.getLogger(__name__)

_SCRIPT_SETTING = "PYTHON_SCRIPT_FILE_NAME"
_CONTEXT = "context"
_RETURN = "$return"


@dataclass(frozen=True, kw_only=True)
class Binding:
    """One input or output of a function, its `%SETTING%`s expanded."""

    type: str
    name: str
    is_output: bool
    #: The binding's JSON, e.g. `topicName`.
    properties: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class IndexedFunction:
    """A function that the host can run."""

    name: str
    user_function: Callable[..., Any]
    is_async: bool
    wants_context: bool
    trigger: Binding
    inputs: Sequence[Binding] = field(default_factory=tuple)
    outputs: Sequence[Binding] = field(default_factory=tuple)

    @property
    def returned(self) -> Binding | None:
        """The output that takes the function's return value."""
        return next((binding for binding in self.outputs if binding.name == _RETURN), None)


def load_app(root: Path, settings: Mapping[str, str]) -> FunctionRegister:
    """Import the app's script from `root` and return its one `FunctionApp`.

    Raises:
        HostError: the script is missing, or has no or several `FunctionApp`s.
    """
    script = Path(settings.get(_SCRIPT_SETTING, "function_app.py"))
    if not (root / script).is_file():
        raise HostError(f"There is no {script} in {root}.")
    sys.path.insert(0, str(root))
    module = importlib.import_module(script.stem)
    apps = [value for value in vars(module).values() if isinstance(value, FunctionRegister)]
    if len(apps) != 1:
        raise HostError(f"{script} must have exactly one FunctionApp at module level; it has {len(apps)}.")
    return apps[0]


def index(app: FunctionRegister, settings: Mapping[str, str]) -> list[IndexedFunction]:
    """Return the functions that the host can run; one that it can't is logged and left out.

    Raises:
        HostError: the app can't be indexed at all.
    """
    indexed = []
    for function in _functions(app):
        name = str(function.get_function_name())
        if app_settings.is_disabled(name, settings):
            _logger.info("A setting disables the function.", extra={"function": name})
            continue
        try:
            indexed.append(_indexed(name, function, settings))
        except HostError as error:
            report_unusable(name, error)
    return indexed


def report_unusable(function: str, error: HostError) -> None:
    """Log that the host goes on without a function."""
    _logger.error("The function fails indexing.", extra={"function": function, "reason": error.message})


def _functions(app: FunctionRegister) -> list[Function]:
    try:
        functions: list[Function] = app.get_functions()
    except ValueError as error:
        raise HostError(f"The app fails indexing: {error}") from error
    for function in functions:
        _check_arguments(function)
    return functions


def _indexed(name: str, function: Function, settings: Mapping[str, str]) -> IndexedFunction:
    trigger_type = getattr(function.get_trigger(), "type", None)
    bindings = [_binding(raw, settings) for raw in function.get_raw_bindings()]
    trigger = next(found for found in bindings if found.type == trigger_type)
    user_function = function.get_user_function()
    return IndexedFunction(
        name=name,
        user_function=user_function,
        is_async=inspect.iscoroutinefunction(user_function),
        wants_context=_CONTEXT in inspect.signature(user_function).parameters
        and all(found.name != _CONTEXT for found in bindings),
        trigger=trigger,
        inputs=tuple(found for found in bindings if not found.is_output and found is not trigger),
        outputs=tuple(found for found in bindings if found.is_output),
    )


def _binding(raw: str, settings: Mapping[str, str]) -> Binding:
    properties = json.loads(raw)
    try:
        properties = {key: app_settings.expanded(value, settings) for key, value in properties.items()}
    except HostError as error:
        raise HostError(f"{properties['type']} {properties['name']}: {error}") from None
    return Binding(
        type=properties["type"],
        name=properties["name"],
        is_output=str(properties["direction"]).upper() == "OUT",
        properties=properties,
    )


def _check_arguments(function: Function) -> None:
    """Refuse what the worker refuses: arguments without a binding, bindings without an argument."""
    name = function.get_function_name()
    bound = {binding.name for binding in function.get_bindings()} - {_RETURN}
    parameters = set(inspect.signature(function.get_user_function()).parameters)
    if unbound := parameters - bound - {_CONTEXT}:
        raise HostError(f"Function {name} takes {_listed(unbound)}, which no binding fills.")
    if missing := bound - parameters:
        raise HostError(f"Function {name} does not take {_listed(missing)}, which a binding fills.")
    _check_annotations(str(name), function.get_user_function())


def _check_annotations(name: str, user_function: Callable[..., Any]) -> None:
    try:
        hints = typing.get_type_hints(user_function)
    except NameError as error:
        raise HostError(f"Function {name} has an annotation that can't be resolved: {error}.") from None
    for parameter, hint in hints.items():
        if isinstance(hint, types.GenericAlias):
            raise HostError(
                f"Function {name}: the annotation of {parameter} is an invalid non-type annotation for the"
                " worker; write typing.List[…], not list[…]."
            )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
