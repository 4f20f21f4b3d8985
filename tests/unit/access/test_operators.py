"""Keys, roles, and the setting that names them."""

from __future__ import annotations

import pytest

from infra.operators import make
from shared.access.operators import Operator, OperatorKey, OperatorKeys, Role, digest_of, new_key

ROLES = list(Role)


@pytest.mark.parametrize("has", ROLES)
@pytest.mark.parametrize("needs", ROLES)
def test_a_role_covers_those_below_it(has: Role, needs: Role) -> None:
    assert has.covers(needs) == (ROLES.index(has) >= ROLES.index(needs))


def test_a_key_is_its_owners() -> None:
    """Under its hash; no part of it, nothing like it, and nothing at all is anybody's."""
    (key, ana), (other, ben) = make("ana", Role.ADMIN), make("ben", Role.VIEWER)
    keys = OperatorKeys([ana, ben])
    assert keys.operator_of(key) == Operator(name="ana", role=Role.ADMIN)
    assert keys.operator_of(other) == Operator(name="ben", role=Role.VIEWER)
    for wrong in ("", key[:-1], key + " ", key.upper(), ana.digest, str(ana), "é", "\ud800", "x" * 10_000):
        assert keys.operator_of(wrong) is None
    assert OperatorKeys([]).operator_of("") is None


def test_a_long_key_is_nobodys_even_if_its_beginning_is() -> None:
    key = "x" * 512
    known = OperatorKey(operator=Operator(name="ana", role=Role.ADMIN), digest=digest_of(key))
    assert OperatorKeys([known]).operator_of(key + "x") is None


def test_keys_are_long_and_differ() -> None:
    made = {new_key() for _ in range(50)}
    assert len(made) == 50
    assert all(len(key) > 40 for key in made)


def test_an_entry_is_read_as_it_was_written() -> None:
    _, entry = make("ana.b@example-1", Role.OPERATOR)
    assert OperatorKey.parse(str(entry)) == entry


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "ana",
        "ana:admin",
        f"ana:root:{'0' * 64}",
        f"Ana:admin:{'0' * 64}",
        f":admin:{'0' * 64}",
        f"ana:admin:{'0' * 63}",
        f"ana:admin:{'g' * 64}",
        f"ana:admin:{'0' * 64}:",
        f"ana:admin:{'A' * 64}",
    ],
)
def test_what_is_no_entry(entry: str) -> None:
    with pytest.raises(ValueError, match=r"each entry has to be|a role is one of") as error:
        OperatorKey.parse(entry)
    assert "0000" not in str(error.value)
