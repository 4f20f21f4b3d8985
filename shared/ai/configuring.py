"""The known models, changed by what an operator's settings say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from urllib.parse import urlsplit

from shared.ai.deployment import Deployment, Wire
from shared.ai.model_settings import ModelSettings
from shared.ai.models import setting_prefix
from shared.errors import ConfigurationError

_USD_MICROS = 1_000_000
_NOTHING = ModelSettings()
#: The domain of Azure's serverless endpoints, `https://NAME.REGION.models.ai.azure.com`.
_SERVERLESS = ".models.ai.azure.com"


def configured(
    models: Iterable[Deployment],
    settings: Mapping[str, ModelSettings],
    *,
    default_endpoint: str,
    has_default_key: bool,
) -> tuple[Deployment, ...]:
    """Return the models with the operator's names, endpoints, keys, wire forms and prices.

    Raises:
        ConfigurationError: a setting gives a model another model's name, and so would charge the wrong price;
            or an endpoint at another host without its key, and so would send it the default one's.
    """
    known = tuple(models)
    changed = tuple(
        _changed(model, settings.get(setting_prefix(model.family), _NOTHING), default_endpoint)
        for model in known
    )
    for model in changed:
        _check_name(model, known)
        if has_default_key and model.key is None and _is_elsewhere(model.endpoint, default_endpoint):
            prefix = setting_prefix(model.family)
            raise ConfigurationError(
                f"{prefix}_KEY: {prefix}_ENDPOINT is another host, and needs its own key."
            )
    return changed


def family_of(name: str, models: Iterable[Deployment]) -> str | None:
    """Return the family that a name stands for: a deployment's name first, then a model's."""
    wanted, candidates = name.casefold(), tuple(models)
    for names in (
        {model.name.casefold(): model.family for model in candidates if model.name != model.family},
        {model.family.casefold(): model.family for model in candidates},
    ):
        if wanted in names:
            return names[wanted]
    return None


def spelled(models: Sequence[Deployment], names: Iterable[str]) -> tuple[Deployment, ...]:
    """Return the models in the operator's spelling: to an endpoint `a` and `A` are two names."""
    spelling = {name.casefold(): name for name in names}
    return tuple(
        replace(model, name=spelling.get(model.name.casefold(), model.name))
        if model.name == model.family
        else model
        for model in models
    )


def wire_of(endpoint: str) -> Wire:
    """Return the form of an endpoint's API, by its address: `/models` is Foundry's own, all else OpenAI's."""
    is_foundrys = endpoint.rstrip("/").endswith("/models") or serves_one_model(endpoint)
    return Wire.MODELS if is_foundrys else Wire.OPENAI_V1


def serves_one_model(endpoint: str) -> bool:
    """Tell whether an endpoint is a serverless one: it belongs to one model, and goes with it."""
    return (urlsplit(endpoint).hostname or "").endswith(_SERVERLESS)


def _changed(model: Deployment, said: ModelSettings, default_endpoint: str) -> Deployment:
    model = replace(
        model,
        name=said.deployment or model.name,
        endpoint=said.endpoint,
        key=said.key,
        wire=said.wire or wire_of(said.endpoint or default_endpoint),
    )
    prefix = setting_prefix(model.family)
    if said.input_usd_per_million_tokens is not None:
        model = replace(
            model,
            input_usd_micros_per_million_tokens=_usd_micros(said.input_usd_per_million_tokens),
            price_source=f"{prefix}_*_USD_PER_MILLION_TOKENS",
            price_read_on=None,
        )
    if said.output_usd_per_million_tokens is not None:
        model = replace(
            model,
            output_usd_micros_per_million_tokens=_usd_micros(said.output_usd_per_million_tokens),
            price_source=f"{prefix}_*_USD_PER_MILLION_TOKENS",
            price_read_on=None,
        )
    return model


def _is_elsewhere(endpoint: str | None, default_endpoint: str) -> bool:
    return endpoint is not None and urlsplit(endpoint).netloc != urlsplit(default_endpoint).netloc


def _usd_micros(usd: Decimal) -> int:
    return int((usd * _USD_MICROS).to_integral_value(ROUND_CEILING))


def _check_name(model: Deployment, known: Sequence[Deployment]) -> None:
    """Refuse a model that is deployed under another model's name, unless that one is its successor."""
    other = family_of(model.name, known)
    allowed = _line(model.family, known)
    if other is not None and other not in allowed:
        setting = f"{setting_prefix(model.family)}_DEPLOYMENT"
        raise ConfigurationError(
            f"{setting}: {model.name!r} is another model, of another price: give the role that model instead."
        )


def _line(family: str, known: Sequence[Deployment]) -> set[str]:
    successors = {model.family: model.successor for model in known}
    line: set[str] = set()
    heir: str | None = family
    while heir is not None and heir not in line:
        line.add(heir)
        heir = successors.get(heir)
    return line
