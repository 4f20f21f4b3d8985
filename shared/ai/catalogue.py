"""Which deployments may play which role today: the known models, as the operator's settings change them.

A model past its retirement is no longer asked: its successor is, at the endpoint that the operator gave the
retired one, unless the successor has its own. A retired model without a successor stays: its date may be
wrong, a 404 tells for certain, and the circuit breaker acts upon it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from shared.ai.configuring import configured, family_of, serves_one_model, spelled
from shared.ai.deployment import Deployment, Wire
from shared.ai.models import KNOWN, setting_prefix
from shared.ai.port import Role
from shared.ai.roles import ROLE_PLANS, RolePlan
from shared.errors import ConfigurationError
from shared.settings import Settings

__all__ = ["KNOWN", "Catalogue", "Deployment", "Wire", "known_deployment"]

logger = logging.getLogger(__name__)

#: Time to choose a successor, to deploy it, and to compare its answers.
_NOTICE = timedelta(days=60)


def known_deployment(name: str) -> Deployment:
    """Return what is known of a model, retired or not, under the exact name the operator gave its deployment.

    Raises:
        ConfigurationError: nothing is, so its price is unknown.
    """
    known = {model.family.casefold(): model for model in KNOWN}.get(name.casefold())
    if known is None:
        raise ConfigurationError(_unknown(name, KNOWN))
    return replace(known, name=name)


class Catalogue:
    """The models by family, and the plan of each role."""

    def __init__(self, models: Iterable[Deployment], plans: Mapping[Role, RolePlan]) -> None:
        """Check that the models and the plans fit together.

        Raises:
            ConfigurationError: a model has no price, room or successor that can be, or a role has no model;
                the message names the setting.
        """
        self._models = {model.family: model for model in models}
        self._plans = dict(plans)
        self._noticed: set[str] = set()
        #: Asked a dozen times for each request; a family resolves alike all day.
        self._resolved: dict[tuple[str, date], Deployment] = {}
        for model in self._models.values():
            self._check(model)
        for role, plan in self._plans.items():
            self._check_plan(role, plan)

    @classmethod
    def from_settings(cls, settings: Settings) -> Catalogue:
        """Return the catalogue as the operator changed it.

        Raises:
            ConfigurationError: a chosen deployment has no known price, or settings contradict one another.
        """
        chosen = {role: getattr(settings, f"azure_ai_deployment_{role.value}") for role in ROLE_PLANS}
        models = configured(
            KNOWN,
            settings.azure_models,
            default_endpoint=settings.azure_ai_endpoint,
            has_default_key=bool(settings.azure_ai_key.get_secret_value()),
        )
        plans = {}
        for role, name in chosen.items():
            family = family_of(name, models)
            if family is None:
                raise ConfigurationError(f"{_role_setting(role)}: {_unknown(name, models)}")
            plans[role] = replace(ROLE_PLANS[role], first=family)
        return cls(spelled(models, chosen.values()), plans)

    @property
    def models(self) -> tuple[Deployment, ...]:
        """Every model, retired ones included."""
        return tuple(self._models.values())

    def known(self, family: str) -> Deployment:
        """Return a model, retired or not.

        Raises:
            ConfigurationError: the family is unknown.
        """
        try:
            return self._models[family]
        except KeyError:
            raise ConfigurationError(_unknown(family, self._models.values())) from None

    def plan(self, role: Role) -> RolePlan:
        """Return which families play a role.

        Raises:
            ConfigurationError: none does.
        """
        try:
            return self._plans[role]
        except KeyError:
            raise ConfigurationError(_unplayed(role)) from None

    def deployment(self, role: Role, today: date) -> Deployment:
        """Return the first choice for a role.

        Raises:
            ConfigurationError: there is none.
        """
        return self.resolve(self.plan(role).first, today)

    def resolve(self, family: str, today: date) -> Deployment:
        """Return what to ask when a family is wanted: itself, or its successor once it has retired.

        Raises:
            ConfigurationError: the family is unknown.
        """
        resolved = self._resolved.get((family, today))
        if resolved is None:
            resolved = self._resolved[family, today] = self._in_use(family, today)
            self._notice(resolved, today)
        return resolved

    def _in_use(self, family: str, today: date) -> Deployment:
        model = self.known(family)
        while model.retires_on is not None and model.retires_on <= today and model.successor:
            model = _heir(model, self._models[model.successor])
        return model

    def _notice(self, model: Deployment, today: date) -> None:
        """Say once that a model that is in use will have to be replaced."""
        if model.retires_on is None or today < model.retires_on - _NOTICE or model.family in self._noticed:
            return
        self._noticed.add(model.family)
        logger.warning(
            "A model in use retires: deploy its successor, or give its role another model",
            extra={
                "family": model.family,
                "deployment": model.name,
                "retires_on": model.retires_on.isoformat(),
                "days_left": (model.retires_on - today).days,
                "successor": model.successor,
            },
        )

    def _check(self, model: Deployment) -> None:
        prefix = setting_prefix(model.family)
        for kind, price in (
            ("INPUT", model.input_usd_micros_per_million_tokens),
            ("OUTPUT", model.output_usd_micros_per_million_tokens),
        ):
            if price < 0 or not model.price_source:
                fault = "is negative" if price < 0 else "is unknown"
                raise ConfigurationError(f"{prefix}_{kind}_USD_PER_MILLION_TOKENS: the price {fault}.")
        if not 0 < model.max_output_tokens <= model.context_tokens:
            raise ConfigurationError(f"{prefix}: an answer of {model.family} does not fit into its context.")
        self._check_succession(model)

    def _check_succession(self, model: Deployment) -> None:
        seen = [model.family]
        while (successor := self._models[seen[-1]].successor) is not None:
            if successor not in self._models:
                raise ConfigurationError(
                    f"{setting_prefix(seen[-1])}: the successor {successor!r} is unknown."
                )
            if successor in seen:
                circle = " → ".join((*seen, successor))
                raise ConfigurationError(f"{setting_prefix(model.family)}: successors in a circle: {circle}.")
            seen.append(successor)

    def _check_plan(self, role: Role, plan: RolePlan) -> None:
        for family in plan.families:
            if family not in self._models:
                raise ConfigurationError(f"{_role_setting(role)}: {_unknown(family, self._models.values())}")


def _heir(retired: Deployment, successor: Deployment) -> Deployment:
    """Return a successor with what the operator said of its predecessor, where nothing is said of itself."""
    if retired.endpoint is not None and serves_one_model(retired.endpoint):
        return successor
    if successor.endpoint is None and retired.endpoint is not None:
        successor = replace(successor, endpoint=retired.endpoint, key=retired.key, wire=retired.wire)
    renamed = retired.name.casefold() != retired.family.casefold()
    if renamed and successor.name == successor.family:
        successor = replace(successor, name=retired.name)
    return successor


def _role_setting(role: Role) -> str:
    return f"AZURE_AI_DEPLOYMENT_{role.name}"


def _unplayed(role: Role) -> str:
    return f"{_role_setting(role)}: no deployment is set for the role {role.value!r}."


def _unknown(name: str, models: Iterable[Deployment]) -> str:
    return f"No price is known for the deployment {name!r}. Known are: {', '.join(m.family for m in models)}."
