"""A request to Azure's SDK that belongs to it. Loads `azure.core`: to be imported where a call is made."""

from __future__ import annotations

from typing import Any

from azure.core.rest import HttpRequest
from typing_extensions import override


class UnsharedRequest(HttpRequest):
    """A request that nobody else keeps, so that the SDK need not copy its prompt before it sends it."""

    @override
    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> UnsharedRequest:
        """Be one's own copy."""
        del memo
        return self
