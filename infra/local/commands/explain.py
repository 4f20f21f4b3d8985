"""`explain`: show which models a request would be sent to, in which order, at which price, and why."""

from __future__ import annotations

import argparse
import logging
import os
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib import import_module
from importlib.util import find_spec

from rich.console import Console
from rich.table import Table
from rich.text import Text

import workers
from shared.ai.candidates import Selection, candidates
from shared.ai.catalogue import Catalogue
from shared.ai.complexity import complexity_of
from shared.ai.deployment import Deployment
from shared.ai.estimating import input_tokens
from shared.ai.port import AnswerSchema, Complexity, Image, Message, ModelRequest, Role, Task, Thrift
from shared.errors import ConfigurationError
from shared.settings import Settings, load_settings

_USD_MICROS = 1_000_000
#: Settings that have no default and say nothing of models.
_ABSENT = "http://localhost/models"


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print the deployments; 1 if there are none."""
    logging.getLogger("shared").addHandler(logging.NullHandler())  # what it warns of is said below
    known = _known_task(arguments.task)
    task = replace(known.task, role=Role(arguments.role)) if arguments.role else known.task
    request = _request(arguments, task, known)
    complexity, said_by = _complexity(arguments.complexity, task, arguments.message)
    today = arguments.today or datetime.now(UTC).date()
    catalogue = Catalogue.from_settings(_settings(os.environ))
    selection = candidates(request, complexity, catalogue, {}, today)
    console.print(_head(request, today, f"{complexity.value} ({said_by})"))
    console.print(_choices(selection) if selection.choices else Text("Nobody is asked."))
    if selection.exclusions:
        console.print(_exclusions(selection))
    for line in _retirements(catalogue, task.role, today):
        console.print(Text(line))
    return 0 if selection.choices else 1


@dataclass(frozen=True, kw_only=True)
class KnownTask:
    """A task of a worker, with what its prompt module keeps beside it."""

    task: Task
    #: What stands before its messages.
    rules: str
    answer_schema: AnswerSchema | None


def known_tasks() -> dict[str, KnownTask]:
    """Return the workers' tasks by name."""
    found: dict[str, KnownTask] = {}
    for worker in pkgutil.iter_modules(workers.__path__, "workers."):
        if not worker.ispkg or find_spec(f"{worker.name}.prompt") is None:
            continue
        prompt = import_module(f"{worker.name}.prompt")
        for name, value in vars(prompt).items():
            if isinstance(value, Task):
                found[value.name] = KnownTask(
                    task=value,
                    rules=str(getattr(prompt, f"{name}_RULES", getattr(prompt, "RULES", ""))),
                    answer_schema=getattr(prompt, "answer_schema", lambda: None)(),
                )
    return found


def _known_task(name: str) -> KnownTask:
    known = known_tasks()
    if name not in known:
        raise ConfigurationError(f"There is no task {name!r}. There are: {', '.join(sorted(known))}.")
    return known[name]


def _request(arguments: argparse.Namespace, task: Task, known: KnownTask) -> ModelRequest:
    images = (Image(data=b"", media_type="image/jpeg"),) * arguments.images
    return ModelRequest(
        task=task,
        creator_id="123",
        messages=(
            Message(role="system", text=known.rules),
            Message(role="user", text=arguments.message, images=images),
        ),
        deadline=0.0,
        spent=lambda _call: None,
        answer_schema=known.answer_schema,
        language=arguments.language,
        budget_usd_micros=arguments.left,
        thrift=Thrift[arguments.thrift.upper()],
    )


def _complexity(said: str | None, task: Task, message: str) -> tuple[Complexity, str]:
    if said:
        return Complexity(said), "as you say"
    if not task.routed_by_complexity:
        return Complexity.STANDARD, "which does not matter to this task"
    verdict = complexity_of(message)
    return (verdict, "by rules") if verdict else (Complexity.STANDARD, "unless a small model says otherwise")


def _settings(environment: Mapping[str, str]) -> Settings:
    """Return the caller's settings; what is required and missing is made up, as no model depends on it."""
    missing = {
        name: _ABSENT
        for name, field in Settings.model_fields.items()
        if (field.is_required() or name == "servicebus_connection")
        and name.upper() not in {key.upper() for key in environment}
    }
    return Settings.model_validate(missing) if missing else load_settings()


def _head(request: ModelRequest, today: date, complexity: str) -> Text:
    task = request.task
    return Text.assemble(
        (task.name, "bold"),
        f"  role {task.role.value}  complexity {complexity}  thrift {request.thrift.name.lower()}\n",
        f"about {input_tokens(request.messages)} tokens in, {task.max_output_tokens} out at most,",
        f" on {today.isoformat()}, all deployments being well\n",
    )


def _choices(selection: Selection) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("", "deployment", "$ per M in/out", "expected", "why"):
        table.add_column(column, overflow="fold")
    for number, choice in enumerate(selection.choices, start=1):
        expected = f"${choice.expected_usd_micros / _USD_MICROS:.6f}"
        table.add_row(
            str(number), _name(choice.deployment), _price(choice.deployment), expected, Text(choice.why)
        )
    return table


def _exclusions(selection: Selection) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("not asked", overflow="fold")
    table.add_column("why", overflow="fold")
    for exclusion in selection.exclusions:
        table.add_row(_name(exclusion.deployment), Text(exclusion.why))
    return table


def _retirements(catalogue: Catalogue, role: Role, today: date) -> Iterator[str]:
    for family in catalogue.plan(role).families:
        model, asked = catalogue.known(family), catalogue.resolve(family, today)
        if asked.family != family:
            yield f"{family} retired on {model.retires_on}: {asked.family} is asked instead."
        if asked.retires_on is not None:
            retires = "retires" if asked.retires_on > today else "retired"
            yield f"{asked.family} {retires} on {asked.retires_on}."


def _name(deployment: Deployment) -> Text:
    where = f" at {deployment.endpoint}" if deployment.endpoint else ""
    return Text(f"{deployment.name}{where}")


def _price(deployment: Deployment) -> str:
    prices = (
        deployment.input_usd_micros_per_million_tokens,
        deployment.output_usd_micros_per_million_tokens,
    )
    return "/".join(f"{price / _USD_MICROS:.2f}" for price in prices)
