"""`python -m infra.deploying deploy|verify|rollback …`: what the scripts of infra/ run."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from infra.deploying.deploy import deploy, written
from infra.deploying.options import read
from infra.deploying.rolling_back import rollback
from infra.deploying.stopping import StopError
from infra.deploying.verify import verify
from infra.deploying.work import work_for

_COMMANDS = {"deploy": deploy, "verify": verify, "rollback": rollback}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked for; return the exit status."""
    try:
        options = read(arguments)
    except StopError as error:
        sys.stderr.write(f"{error}\n")
        return error.status
    work = work_for(options)
    try:
        status, result = _COMMANDS[options.command](work)
    except StopError as error:
        work.progress.say(str(error))
        status, result = error.status, {"problem": str(error)}
    if options.json:
        steps = work.progress.steps
        print(written({"status": status.name.lower(), **result, "steps": steps}))  # noqa: T201 - the result
    return status


if __name__ == "__main__":
    sys.exit(main())
