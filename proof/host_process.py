"""One chaos host as a program of its own, for what has to be there before a process begins: its clock."""

from __future__ import annotations

import json
import sys

from tests.chaos.hosting import run_host

if __name__ == "__main__":
    run_host(json.loads(sys.argv[1]), None, "as it is")
