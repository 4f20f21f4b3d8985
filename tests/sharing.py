"""How several processes share the tests: file by file, and the long ones first."""

from __future__ import annotations

from collections import OrderedDict

import pytest
from typing_extensions import override
from xdist.remote import Producer
from xdist.scheduler.loadfile import LoadFileScheduling

#: In this order; what none of these begins comes last, and fills the gaps. Minutes, then seconds, each.
_LONG = (
    "tests/chaos/",
    "tests/integration/proof/",
    "tests/e2e/test_video",
    "tests/e2e/",
    "tests/infra/",
    "tests/integration/stack/test_up",
    "tests/integration/speech/",
    "tests/integration/media/test_hostile",
    "tests/integration/engine/",
    "tests/integration/router/",
    "tests/integration/host/",
    "tests/integration/",
    "tests/contract/servicebus/",
    "tests/contract/sender/",
    "tests/contract/",
    "tests/golden/",
    "tests/injection/",
)
#: Whose files stay together: they share a running app that takes longer to start than most of their tests.
_TOGETHER = (
    ("tests/e2e/test_video", "tests/e2e/test_content_analysis"),
    (
        "tests/e2e/test_chat",
        "tests/e2e/test_content_suggestions",
        "tests/e2e/test_front",
        "tests/e2e/test_hostile",
    ),
    ("tests/e2e/test_http", "tests/e2e/test_runbook", "tests/e2e/test_jobs"),
)


class _Queue(OrderedDict[str, dict[str, bool]]):
    """The files that nobody works on yet."""

    @override
    def popitem(self, last: bool = True) -> tuple[str, dict[str, bool]]:
        """Take out the longest, whichever end is meant."""
        del last
        file = min(self, key=_rank)
        return file, self.pop(file)


class LongestFirst(LoadFileScheduling):  # type: ignore[misc]  # published without types
    """Hands out files in the order of `_LONG`, and what shares an app to one process."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        self.workqueue = _Queue()

    @override
    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        together = next((files for files in _TOGETHER if file.startswith(files)), None)
        return together[0] if together else file


def _rank(file: str) -> int:
    return next((rank for rank, long in enumerate(_LONG) if file.startswith(long)), len(_LONG))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LongestFirst | None:
    """Let `--dist loadfile` mean this."""
    return LongestFirst(config, log) if config.getvalue("dist") == "loadfile" else None
