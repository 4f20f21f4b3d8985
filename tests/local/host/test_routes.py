"""Route templates of HTTP triggers."""

import pytest

from infra.local.host.errors import HostError
from infra.local.host.routes import compile_route


@pytest.mark.parametrize(
    ("template", "path", "parameters"),
    [
        ("health", "/api/health", {}),
        ("health", "/API/Health/", {}),
        ("health", "/health", None),
        ("health", "/api/health/x", None),
        ("jobs/{jobId}", "/api/jobs/job_1", {"jobId": "job_1"}),
        ("jobs/{jobId}", "/api/jobs/a%2Fb%20c", {"jobId": "a/b c"}),
        ("jobs/{jobId}", "/api/jobs", None),
        ("jobs/{jobId}", "/api/jobs/a/b", None),
        ("costs/{year:int}", "/api/costs/2026", {"year": "2026"}),
        ("costs/{year:int}", "/api/costs/twenty", None),
        (
            "x/{id:guid}",
            "/api/x/8f14e45f-ceea-467f-a1d3-6f2a1b2c3d4e",
            {"id": "8f14e45f-ceea-467f-a1d3-6f2a1b2c3d4e"},
        ),
        ("x/{name:alpha}/y", "/api/x/abc/y", {"name": "abc"}),
        ("dead-letters/{subscription?}", "/api/dead-letters", {}),
        ("dead-letters/{subscription?}", "/api/dead-letters/chat", {"subscription": "chat"}),
        ("files/{*path}", "/api/files/a/b/c.txt", {"path": "a/b/c.txt"}),
        ("files/{*path}", "/api/files", {}),
    ],
)
def test_matching(template: str, path: str, parameters: dict[str, str] | None) -> None:
    """Below the prefix, without regard to the case of literals."""
    assert compile_route(template, "api").match(path) == parameters


def test_an_empty_prefix() -> None:
    """Routes then begin at the root."""
    assert compile_route("health").match("/health") == {}


def test_the_most_literal_route_comes_first() -> None:
    """As in ASP.NET, whatever the order of functions."""
    templates = ["{*all}", "jobs/{jobId}", "jobs/{number:int}", "jobs/recent"]
    ordered = sorted((compile_route(template) for template in templates), key=lambda route: route.precedence)
    assert [route.template for route in ordered] == list(reversed(templates))


@pytest.mark.parametrize("template", ["a/{b", "a/b}", "a/{b:wat}", "a/x{b}", "{b:int:max}"])
def test_templates_that_are_not_served(template: str) -> None:
    """They fail while indexing, not with a 404 later."""
    with pytest.raises(HostError, match="route"):
        compile_route(template)
