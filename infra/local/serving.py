"""Which types of job the function app serves: those whose subscription has a trigger that is not disabled."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from infra.local.host.app_settings import local_values
from infra.local.host.indexing import index, load_app

_JOB_TYPE = re.compile(r"^jobType = '([^']+)'$")


def served_job_types(root: Path, environment: Mapping[str, str]) -> frozenset[str]:
    """Index the function app, as its host does, and return the job types it has a trigger for.

    Args:
        root: the folder of `function_app.py`.
        environment: the app's settings, on top of `local.settings.json`.

    Raises:
        HostError: the app can't be indexed.
    """
    settings = {**local_values(root), **environment}
    functions = index(load_app(root, settings), settings)
    subscriptions = {function.trigger.properties.get("subscriptionName") for function in functions}
    topology = json.loads((root / "infra" / "topology.json").read_text(encoding="utf-8"))
    return frozenset(
        found[1]
        for namespace in topology["UserConfig"]["Namespaces"]
        for topic in namespace["Topics"]
        for subscription in topic["Subscriptions"]
        for rule in subscription["Rules"]
        if subscription["Name"] in subscriptions
        and (found := _JOB_TYPE.match(rule["Properties"].get("SqlFilter", {}).get("SqlExpression", "")))
    )
