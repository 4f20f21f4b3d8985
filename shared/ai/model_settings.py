"""What an operator says about one model: the settings `AZURE_<MODEL>_<WHAT>`, read by that pattern.

Ten models with six settings each would be sixty fields, all alike; so they are read as one mapping. `<MODEL>`
is DEEPSEEK_V3, PHI4_MINI, LLAMA_3_3_70B …, as `setting_prefix` has it; `<WHAT>` is a field of
`ModelSettings`. An empty value is no value, so that a list of settings may name all that there is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource
from typing_extensions import override

from shared.ai.deployment import Wire
from shared.ai.models import KNOWN, setting_prefix

#: How the names of these settings are made.
PATTERN = "AZURE_<MODEL>_<WHAT>"

_UsdPerMillionTokens = Annotated[Decimal, Field(ge=0, le=10_000, allow_inf_nan=False)]


class ModelSettings(BaseModel):
    """What differs from the catalogue and from the default endpoint."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    #: What the endpoint knows the model by; the catalogue's name otherwise.
    deployment: str | None = None
    #: Where it answers, if not at `AZURE_AI_ENDPOINT`.
    endpoint: Annotated[str, Field(pattern=r"^https?://")] | None = None
    #: The key of that endpoint, if not `AZURE_AI_KEY`.
    key: SecretStr | None = None
    #: The form of that endpoint's API: `models` or `openai_v1`; told by the endpoint's path otherwise.
    wire: Wire | None = None
    #: Its price, if not the catalogue's.
    input_usd_per_million_tokens: _UsdPerMillionTokens | None = None
    output_usd_per_million_tokens: _UsdPerMillionTokens | None = None


def model_setting_names() -> Iterator[tuple[str, str, str]]:
    """Yield every setting by this pattern: its name, the model's prefix, the field."""
    for model in KNOWN:
        prefix = setting_prefix(model.family)
        for what in ModelSettings.model_fields:
            yield f"{prefix}_{what.upper()}", prefix, what


def from_environment(environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return what an environment says of each model, by its prefix; the case of names does not matter."""
    values = {name.upper(): value for name, value in environment.items()}
    found: dict[str, dict[str, str]] = {}
    for name, prefix, what in model_setting_names():
        if value := values.get(name, "").strip():
            found.setdefault(prefix, {})[what] = value
    return found


class ModelSettingsSource(PydanticBaseSettingsSource):
    """Feeds these settings to `Settings`, as its field `azure_models`."""

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return a field's value, its key, and that it needs no decoding."""
        del field
        return self().get(field_name), field_name, False

    @override
    def __call__(self) -> dict[str, Any]:
        """Return the one field that this source knows."""
        found = from_environment(os.environ)
        return {"azure_models": found} if found else {}
