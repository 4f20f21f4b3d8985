"""Secrets at rest."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from shared.errors import ConfigurationError
from shared.webhooks.sealing import Seal

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_is_sealed_says_nothing_and_opens_again() -> None:
    sealed = Seal([OLD]).sealed("whsec_secret")
    assert "secret" not in sealed
    assert sealed != Seal([OLD]).sealed("whsec_secret")
    assert Seal([OLD]).opened(sealed) == "whsec_secret"


def test_an_old_key_opens_while_a_new_one_seals() -> None:
    sealed = Seal([OLD]).sealed("whsec_secret")
    both = Seal([NEW, OLD])
    assert both.opened(sealed) == "whsec_secret"
    with pytest.raises(ConfigurationError):
        Seal([OLD]).opened(both.sealed("whsec_secret"))


@pytest.mark.parametrize("key", ["", "short", "ä" * 44, "A" * 43, "A" * 45])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ConfigurationError):
        Seal([key])


def test_without_a_key_nothing_is_sealed_or_opened() -> None:
    assert not Seal([]).ready
    with pytest.raises(ConfigurationError):
        Seal([]).sealed("whsec_secret")
    with pytest.raises(ConfigurationError):
        Seal([]).opened("gAAAA")
