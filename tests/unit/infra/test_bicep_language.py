"""The part of Bicep that the checker evaluates means what Bicep's documentation says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.check.calling import Target
from infra.check.checking import resolve
from infra.check.findings import Fault, Finding
from infra.check.plan import Plan
from infra.check.values import plain

HERE = Path("/deployment")
MAIN = HERE / "main.bicep"


def _resolved(files: dict[str, str], parameters: dict[str, Any] | None = None) -> tuple[Plan, list[Finding]]:
    def read(path: Path) -> str:
        try:
            return files[str(path.relative_to(HERE))]
        except KeyError:
            raise FileNotFoundError from None

    return resolve(parameters or {}, main=MAIN, root=HERE, read=read)


def _value(expression: str) -> Any:
    """Evaluate an expression, with something of each kind in reach."""
    text = f"""
var apps = [
  {{
    name: 'video'
    size: 2 // a comment
  }}
  {{
    name: 'text'
    size: 16
  }}
]
var tags = {{ project: 'huntaze', nested: {{ a: 1 }} }}
output apps array = apps
output tags object = tags
output value object = {{ is: {expression} }}
"""
    plan, findings = _resolved({"main.bicep": text})
    assert findings == []
    return plain(plan.outputs["value"])["is"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'it\\'s ${apps[0].name}-${apps[1].size}'", "it's video-16"),
        ("'''as ${it} is'''", "as ${it} is"),
        ("true ? 1 : 2", 1),
        ("!empty(apps) && apps[0].size < 3", True),
        ("null ?? 'default'", "default"),
        ("apps[1].size % 5 + 2 * 3", 7),
        ("tags['project']", "huntaze"),
        ("union(tags, { nested: { b: 2 } })", {"project": "huntaze", "nested": {"a": 1, "b": 2}}),
        ("union(['a', 'b'], ['b', 'c'])", ["a", "b", "c"]),
        ("concat(['a'], ['a'])", ["a", "a"]),
        ("items({ b: 1, a: 2 })", [{"key": "a", "value": 2}, {"key": "b", "value": 1}]),
        ("map(apps, app => (app.name))", ["video", "text"]),
        ("filter(apps, app => (app.size > 2))", [{"name": "text", "size": 16}]),
        ("toObject(apps, app => (app.name), app => (app.size))", {"video": 2, "text": 16}),
        (
            "flatten(map(apps, one => map(apps, other => '${one.name}${other.size}')))",
            ["video2", "video16", "text2", "text16"],
        ),
        ("contains({ Key: 1 }, 'key')", True),
        ("contains('abc', 'b') && contains(['a'], 'a')", True),
        ("take('huntaze', 3)", "hun"),
        ("toLower(replace('A-B', '-', ''))", "ab"),
        ("split('a,b', ',')", ["a", "b"]),
        ("join(['a', 'b'], '/')", "a/b"),
        ("format('{0}-{1}', 'a', 1)", "a-1"),
        ("string(16)", "16"),
        ("range(2, 3)", [2, 3, 4]),
        ("uriComponent('a/b=')", "a%2Fb%3D"),
        ("length(apps)", 2),
        ("resourceGroup().location", Target().location),
        ("environment().suffixes.storage", "core.windows.net"),
    ],
)
def test_an_expression_has_the_value_that_bicep_gives_it(expression: str, value: object) -> None:
    """As far as it is known before Azure is asked."""
    assert _value(expression) == value


def test_names_made_from_ids_are_the_same_each_time() -> None:
    """And are no longer than Azure's own."""
    first, second = (_value("uniqueString(resourceGroup().id)") for _ in range(2))
    assert first == second
    assert len(first) == 13
    assert _value("guid('a', 'b')") != _value("guid('a', 'c')")


def test_modules_loops_and_conditions_make_the_plan() -> None:
    """A module for each of a list; what is switched off is not in the plan, but looked at all the same."""
    plan, findings = _resolved(
        {
            "main.bicep": """
param names array
param on bool
module each 'plan.bicep' = [for name in names: if (on || name != 'b') {
  name: 'plan-${name}'
  params: {
    planName: name
  }
}]
output first string = each[0].outputs.id
""",
            "plan.bicep": """
param planName string
resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: resourceGroup().location
}
output id string = plan.id
""",
        },
        {"names": ["a", "b"], "on": False},
    )
    assert findings == []
    assert [resource.name for resource in plan.resources] == ["a"]
    assert str(plan.outputs["first"]).endswith("/providers/Microsoft.Web/serverfarms/a")


def test_a_missing_file_is_named() -> None:
    """Of a module, and of data."""
    text = "module a 'a.bicep' = {\n  name: 'a'\n}\noutput b object = loadJsonContent('b.json')\n"
    _, findings = _resolved({"main.bicep": text})
    assert [(finding.fault, finding.line) for finding in findings] == [
        (Fault.SYNTAX, 1),
        (Fault.WRONG_ARGUMENTS, 4),
    ]


def test_what_the_checker_cannot_read_is_never_passed_over() -> None:
    """Green has to mean looked at: what is beyond its part of the language is a finding."""
    _, findings = _resolved(
        {"main.bicep": "type size = 'a' | 'b'\nparam chosen string = 'a'\noutput b string = chosen\n"}
    )
    assert [(finding.fault, finding.line) for finding in findings] == [(Fault.SYNTAX, 1)]
