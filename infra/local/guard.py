"""Run a program that can't outlive us: `python -m infra.local.guard -- PROGRAM ARGUMENT…`.

The guard stands between a parent and a child it starts. It watches its own standard input, a pipe whose other
end only the parent holds: when the parent dies, however it dies, the kernel closes that end, and the guard
ends the child's whole process group. Guard and child each live in a session of their own, so that Ctrl-C in a
terminal reaches the parent alone, which then decides; and so that one guard's end never kills another one.

It needs the standard library only, since it stands before every service: it starts in 30 milliseconds.
"""

from __future__ import annotations

import argparse
import errno
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

#: Long enough for a database's checkpoint, short enough for somebody who pressed Ctrl-C.
GRACE_SECONDS = 5.0

_NOT_FOUND = 127
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_POLL_SECONDS = 0.02


def main(arguments: Sequence[str]) -> int:
    """Run the program until it ends or must end, and return its exit status as a shell would."""
    dashes = arguments.index("--") if "--" in arguments else len(arguments)
    options = _parser().parse_args(arguments[:dashes])
    argv = arguments[dashes + 1 :]
    stop = _Stop()
    wakeup = _wake_on_signals(stop)
    # Orphans of the child become ours to reap: not every container has an init that does.
    _process_control(_PR_SET_CHILD_SUBREAPER, 1)
    try:
        child = _start(argv)
    except OSError as error:
        sys.stderr.write(f"{' '.join(argv[:1])}: {error.strerror}\n")
        return _NOT_FOUND
    if options.pid_to is not None:
        with suppress(BrokenPipeError), os.fdopen(options.pid_to, "w") as pid:
            pid.write(f"{child.pid}\n")
    _watch(child, wakeup, stop)
    _end_group(child, signal.Signals[options.signal], options.grace)
    status = child.returncode
    return status if status >= 0 else 128 - status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(usage="python -m infra.local.guard [options] -- PROGRAM ARGUMENT…")
    parser.add_argument("--pid-to", type=int, metavar="FD", help="write the child's pid to this descriptor")
    parser.add_argument("--signal", default="SIGTERM", help="what asks the group to end (%(default)s)")
    parser.add_argument(
        "--grace", type=float, default=GRACE_SECONDS, help="seconds until SIGKILL (%(default)s)"
    )
    return parser


class _Stop:
    """Whether somebody asked this guard to end."""

    asked = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True


def _wake_on_signals(stop: _Stop) -> int:
    """Return a descriptor that becomes readable when a signal arrives, the child's end included."""
    readable, writable = os.pipe()
    os.set_blocking(readable, False)
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    for wanted in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(wanted, stop)
    signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
    return readable


def _start(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    if not argv:
        raise OSError(errno.ENOENT, "no program was named after --")
    return subprocess.Popen(  # noqa: S603 - running what it is given is its purpose
        argv,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_die_with_the_guard,  # noqa: PLW1509 - this process has one thread
    )


def _die_with_the_guard() -> None:
    """Not even killing the guard itself leaves its child behind."""
    _process_control(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _process_control(option: int, value: int) -> None:
    """Ask Linux's `prctl`; elsewhere we do without."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(option, value)


def _watch(child: subprocess.Popen[bytes], wakeup: int, stop: _Stop) -> None:
    """Return when the child has ended, or when it must."""
    while child.poll() is None and not stop.asked:
        ready, _, _ = select.select([sys.stdin.fileno(), wakeup], [], [])
        if wakeup in ready:
            os.read(wakeup, 1024)
        if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 1024):
            return


def _end_group(child: subprocess.Popen[bytes], polite: signal.Signals, grace_seconds: float) -> None:
    """Ask every process of the child's group to end, then make it."""
    _signal_group(child.pid, polite)
    deadline = time.monotonic() + grace_seconds
    while _signal_group(child.pid, 0) and time.monotonic() < deadline:
        _reap(child)
        time.sleep(_POLL_SECONDS)
    _signal_group(child.pid, signal.SIGKILL)
    child.wait()


def _reap(child: subprocess.Popen[bytes]) -> None:
    """Take the status of the child, then of whichever of its orphans have ended."""
    if child.poll() is not None:
        with suppress(ChildProcessError):
            while os.waitpid(-child.pid, os.WNOHANG)[0]:
                pass


def _signal_group(group: int, number: int) -> bool:
    """Send a signal to a group; `False` when nobody is left in it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # what macOS says of a group of which only a zombie is left
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
