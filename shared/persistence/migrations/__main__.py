"""`DATABASE_URL=… python -m shared.persistence.migrations`: bring the database up to date."""

from __future__ import annotations

import os
import sys

from shared.persistence.migrations import upgrade

if __name__ == "__main__":
    if not (url := os.environ.get("DATABASE_URL")):
        sys.exit("DATABASE_URL is not set.")
    upgrade(url)
    print("The schema huntaze_workers is up to date.")  # noqa: T201 - the command's answer to its operator
