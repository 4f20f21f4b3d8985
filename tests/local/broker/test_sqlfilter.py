"""The filter language, by table: values, three-valued logic, and what it refuses."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.broker.sqlfilter import compile_correlation, compile_sql
from infra.local.broker.sqllogic import FilterError


@dataclass(frozen=True)
class _Message:
    application_properties: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[int, Any] = field(default_factory=dict)

    def property(self, index: int) -> Any:
        return self.properties.get(index)


MESSAGE = _Message(
    {
        "jobType": "chat.suggest",
        "count": 5,
        "ratio": 0.5,
        "on": True,
        "off": False,
        "empty": "",
        "quote": "it's",
        "percent": "100%",
        "two words": "x",
        "a]b": "bracket",
        "nothing": None,
        "line": "a\nb",
    },
    {0: "id-1", 2: "to-1", 3: "label-1", 4: "reply-1", 5: "corr-1", 6: "application/json", 10: "s-1"},
)

TRUE = [
    "jobType = 'chat.suggest'",
    "jobType='chat.suggest'",
    "'chat.suggest' = jobType",
    "user.jobType = 'chat.suggest'",
    "jobType <> 'video.analysis'",
    "jobType != 'video.analysis'",
    "jobType IN ('a', 'chat.suggest')",
    "jobType in ('chat.suggest')",
    "jobType NOT IN ('a', 'b')",
    "missing IS NULL",
    "nothing IS NULL",
    "NOT missing IS NOT NULL",
    "jobType IS NOT NULL",
    "missing IS NULL OR missing = 'x'",
    "count = 5",
    "count = 5.0",
    "count < 6 AND count > 4 AND count <= 5 AND count >= 5",
    "count IN (4, 5)",
    "ratio > .4",
    "ratio < 6e-1",
    "count = -(-5)",
    "count + 1 = 6",
    "(count + 1) * 2 = 12",
    "count - 1 - 1 = 3",
    "count / 2 = 2",
    "count % 2 = 1",
    "-count = -5",
    "on",
    "on = TRUE",
    "off = FALSE",
    "NOT off",
    "NOT (off OR missing = 1 AND off)",
    "quote = 'it''s'",
    "empty = ''",
    "empty IS NOT NULL",
    "jobType LIKE 'chat.%'",
    "jobType LIKE '%suggest'",
    "jobType LIKE 'chat_suggest'",
    "jobType NOT LIKE 'video%'",
    "percent LIKE '100!%' ESCAPE '!'",
    "line LIKE 'a%b'",
    "\"two words\" = 'x'",
    "[two words] = 'x'",
    "[a]]b] = 'bracket'",
    "user.[two words] = 'x'",
    "EXISTS(jobType)",
    "EXISTS(user.nothing)",
    "NOT EXISTS(missing)",
    "EXISTS(sys.Label)",
    "sys.Label = 'label-1'",
    "sys.label = 'label-1'",
    "sys.Subject = 'label-1'",
    "sys.MessageId = 'id-1'",
    "sys.To = 'to-1'",
    "sys.ReplyTo = 'reply-1'",
    "sys.CorrelationId = 'corr-1'",
    "sys.ContentType LIKE '%json'",
    "sys.SessionId = 's-1'",
    "sys.ReplyToSessionId IS NULL",
    "1 = 1",
    "'a' < 'b'",
    "'a' + 'b' = 'ab'",
    "((jobType = 'chat.suggest'))",
    "(jobType) = 'chat.suggest'",
    "off OR on AND on",
    "NOT off AND on",
    "  jobType  =  'chat.suggest'  ",
]

FALSE = [
    "jobType = 'Chat.Suggest'",
    "jobType <> 'chat.suggest'",
    "jobType NOT IN ('chat.suggest')",
    "jobType IS NULL",
    "missing IS NOT NULL",
    "count > 5",
    "off",
    "NOT on",
    "jobType LIKE 'chat'",
    "EXISTS(missing)",
    "on AND off",
    "off AND missing = 1",
    "1 = 2",
]

UNKNOWN = [
    "missing = 'x'",
    "missing <> 'x'",
    "NOT missing = 'x'",
    "missing IN ('x')",
    "missing NOT IN ('x')",
    "missing LIKE 'x'",
    "missing NOT LIKE 'x'",
    "missing",
    "NULL = NULL",
    "jobType = NULL",
    "jobType IN ('x', NULL)",
    "jobType NOT IN ('x', NULL)",
    "count = '5'",
    "count > 'x'",
    "on = 1",
    "on = 'TRUE'",
    "count LIKE '5'",
    "missing + 1 = 1",
    "count / 0 = 1",
    "on AND missing = 1",
    "off OR missing = 1",
    "jobType",
]


@pytest.mark.parametrize("expression", TRUE)
def test_true(expression: str) -> None:
    assert compile_sql(expression)(MESSAGE) is True


@pytest.mark.parametrize("expression", FALSE)
def test_false(expression: str) -> None:
    assert compile_sql(expression)(MESSAGE) is False


@pytest.mark.parametrize("expression", UNKNOWN)
def test_unknown(expression: str) -> None:
    assert compile_sql(expression)(MESSAGE) is None


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "jobType =",
        "= 'x'",
        "jobType = 'x",
        "jobType = 'x' AND",
        "(jobType = 'x'",
        "jobType = 'x')",
        "jobType IN ()",
        "jobType IN 'x'",
        "jobType NOT = 'x'",
        "jobType LIKE count",
        "jobType LIKE 'x' ESCAPE",
        "jobType IS 'x'",
        "EXISTS jobType",
        "EXISTS(1)",
        "sys.Nothing = 1",
        "other.jobType = 1",
        "user. = 1",
        "jobType = 'x' jobType",
        "jobType ; 1",
        "[] = 1",
    ],
)
def test_refused(expression: str) -> None:
    with pytest.raises(FilterError):
        compile_sql(expression)


_TRUTHS = {"TRUE": True, "FALSE": False, "missing": None}


@pytest.mark.parametrize("left", _TRUTHS)
@pytest.mark.parametrize("right", _TRUTHS)
def test_three_valued_and_or(left: str, right: str) -> None:
    """Kleene's tables: FALSE decides AND, TRUE decides OR, otherwise UNKNOWN spreads."""
    values = {_TRUTHS[left], _TRUTHS[right]}
    conjunction = False if False in values else None if None in values else True
    disjunction = True if True in values else None if None in values else False
    assert compile_sql(f"{left} AND {right}")(MESSAGE) is conjunction
    assert compile_sql(f"{left} OR {right}")(MESSAGE) is disjunction


@given(st.text())
def test_any_text_survives_quoting(value: str) -> None:
    """A literal with doubled quotes equals the text it stands for."""
    quoted = value.replace("'", "''")
    assert compile_sql(f"x = '{quoted}'")(_Message({"x": value})) is True


@given(st.text(min_size=1))
def test_a_pattern_with_every_sign_escaped_matches_only_itself(value: str) -> None:
    pattern = value.replace("!", "!!").replace("%", "!%").replace("_", "!_").replace("'", "''")
    condition = compile_sql(f"x LIKE '{pattern}' ESCAPE '!'")
    assert condition(_Message({"x": value})) is True
    assert condition(_Message({"x": value + "x"})) is False


@given(st.text(max_size=30))
def test_no_text_breaks_the_parser(expression: str) -> None:
    """Whatever is written, it compiles or is refused."""
    with contextlib.suppress(FilterError):
        compile_sql(expression)(MESSAGE)


def test_correlation_filter_compares_every_property() -> None:
    condition = compile_correlation(system={"Label": "label-1"}, properties={"count": 5})
    assert condition(MESSAGE) is True
    assert condition(_Message({"count": 5})) is False
    assert condition(_Message({"count": 6}, MESSAGE.properties)) is False


def test_correlation_filter_refuses_an_unknown_system_property() -> None:
    with pytest.raises(FilterError):
        compile_correlation(system={"Nothing": 1}, properties={})
