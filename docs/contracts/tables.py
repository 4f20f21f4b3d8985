"""The tables that pages may hold in marked regions."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

import workers
from docs.contracts import prose
from docs.contracts.catalogue import JobContract, error_codes, job_contracts, summary
from docs.contracts.comments import field_comments
from docs.contracts.markdown import code, table
from docs.contracts.platforms import platforms_table
from docs.contracts.topology import subscriptions
from shared.ai.deployment import Deployment
from shared.ai.models import KNOWN, setting_prefix
from shared.ai.roles import ROLE_PLANS
from shared.messaging.policy import POLICIES
from shared.settings import Settings


def internal_jobs_table() -> str:
    """Return the kinds of jobs that only the workers ask for, with the figures of their subscriptions."""
    takes = {subscription.job_type: subscription for subscription in subscriptions()}
    return table(
        (
            "job type",
            "subscription",
            "max deliveries",
            "lock",
            "time to live",
            "deadline of an attempt",
            "what it adds",
        ),
        [
            (
                code(job_type),
                code(takes[job_type].name),
                str(takes[job_type].max_deliveries),
                _duration(takes[job_type].lock_seconds),
                _duration(takes[job_type].time_to_live_seconds),
                _duration(POLICIES[job_type].deadline_ms // 1000),
                what,
            )
            for job_type, what in prose.INTERNAL_JOBS.items()
        ],
    )


def workers_table() -> str:
    """Return the workers that run: what each takes, does and forgives; those without a job type last."""
    jobs = {job.package: job for job in job_contracts()}
    running = sorted(running_workers(), key=lambda package: package not in jobs)
    header = ("worker", "job type", "subscription", "what it does", "deadline", "retries after")
    return table(header, [_worker_row(name, jobs.get(name)) for name in running])


def _worker_row(name: str, job: JobContract | None) -> tuple[str, ...]:
    what = summary(import_module(f"workers.{name}")).partition(": ")[2]
    worker, does = code(name), what[:1].upper() + what[1:]
    if job is None:
        heard = code(_subscription_of(name)) if _subscription_of(name) else ""
        return worker, "", heard, does, "", ""
    deadline, delays = _duration(job.policy.deadline_ms // 1000), _delays(job.policy.retry_delays_seconds)
    return worker, code(job.job_type), code(job.subscription.name), does, deadline, delays


def _subscription_of(worker: str) -> str:
    """Return the subscription to events that a worker is named after, if it is."""
    name = worker.replace("_", "-")
    return name if name in {each.name for each in subscriptions()} else ""


def running_workers() -> list[str]:
    """Return the packages under `workers/` that have a trigger: the others are published shapes so far."""
    found = pkgutil.iter_modules(workers.__path__)
    return [worker.name for worker in found if worker.ispkg and find_spec(f"workers.{worker.name}.trigger")]


def job_types_table() -> str:
    """Return the kinds of jobs with the figures of their subscriptions."""
    running = running_workers()
    rows = [
        (
            code(job.job_type),
            code(job.subscription.name),
            str(job.subscription.max_deliveries),
            _duration(job.subscription.lock_seconds),
            _duration(job.subscription.time_to_live_seconds),
            _duration(job.policy.deadline_ms // 1000),
            _delays(job.policy.retry_delays_seconds),
            "yes" if job.package in running else "not yet",
        )
        for job in job_contracts()
    ]
    figures = ("max deliveries", "lock", "time to live", "deadline", "retries after")
    return table(("job type", "subscription", *figures, "answered"), rows)


def error_codes_table() -> str:
    """Return the codes of the error tree with what each means."""
    rows = [
        (code(entry.code), "permanent" if entry.permanent else "transient", entry.meaning)
        for entry in error_codes()
    ]
    return table(("code", "kind", "meaning"), rows)


def settings_table() -> str:
    """Return the settings: name, meaning, default."""
    comments = field_comments(Settings)
    rows = [
        (code(setting_name(name, field)), comments.get(name, ""), _default(field))
        for name, field in Settings.model_fields.items()
    ]
    return table(("setting", "meaning", "default"), rows)


def setting_name(name: str, field: FieldInfo) -> str:
    """Return the environment variable that a setting is read from, or the pattern that several are."""
    if isinstance(field.json_schema_extra, dict) and "setting" in field.json_schema_extra:
        return str(field.json_schema_extra["setting"])
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return alias if isinstance(alias, str) else name.upper()


def models_table() -> str:
    """Return the models we know, with where each is set and what it costs."""
    header = ("model", "settings", "$ per M in / out", "price from", "takes", "context / answer", "retires")
    return table(header, [_model_row(model) for model in KNOWN])


def _model_row(model: Deployment) -> tuple[str, ...]:
    price = " / ".join(
        f"{usd_micros / 1_000_000:.2f}"
        for usd_micros in (
            model.input_usd_micros_per_million_tokens,
            model.output_usd_micros_per_million_tokens,
        )
    )
    abilities = {"JSON": model.json_mode, "pictures": model.images, "thinks": model.reasoning}
    retires = f"{model.retires_on}" if model.retires_on else ""
    return (
        code(model.family),
        code(f"{setting_prefix(model.family)}_…"),
        price,
        f"{model.price_source}, {model.price_read_on}",
        ", ".join(name for name, can in abilities.items() if can),
        f"{model.context_tokens:,} / {model.max_output_tokens:,}",
        f"{retires} → {model.successor}" if model.successor else retires,
    )


def roles_table() -> str:
    """Return which models play which role."""
    rows = [
        (
            code(role.value),
            plan.first,
            ", ".join(plan.fallbacks),
            ", ".join(plan.economy),
            ", ".join(plan.thoughtful),
        )
        for role, plan in ROLE_PLANS.items()
    ]
    return table(("role", "first choice", "fallbacks", "simple, or money is short", "complex"), rows)


def statuses_table() -> str:
    """Return the statuses of a job."""
    return _meanings("status", prose.STATUSES)


def events_table() -> str:
    """Return the events that are announced."""
    return _meanings("event", prose.EVENTS)


def properties_table(meanings: Mapping[str, str]) -> str:
    """Return application properties."""
    return _meanings("property", meanings)


#: The tables by the names that regions use.
TABLES: Mapping[str, Callable[[], str]] = {
    "workers": workers_table,
    "job-types": job_types_table,
    "settings": settings_table,
    "models": models_table,
    "roles": roles_table,
    "platforms": platforms_table,
    "error-codes": error_codes_table,
    "statuses": statuses_table,
    "events": events_table,
}


def _meanings(header: str, meanings: Mapping[str, str]) -> str:
    return table((header, "meaning"), [(code(name), meaning) for name, meaning in meanings.items()])


def _duration(seconds: int) -> str:
    if seconds % 3_600 == 0:
        return f"{seconds // 3_600} h"
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def _delays(seconds: tuple[float, ...]) -> str:
    return ", ".join(f"{delay:g}" for delay in seconds) + " s"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.default
    if value is None or value == {} or isinstance(value, SecretStr):
        return "none"
    return code(value)
