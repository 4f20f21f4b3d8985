"""`python -m shared.media.child`: one request line on stdin, JSON lines on stdout, then it ends.

`{"progress": 0.4}` any number of times, then `{"result": …}` or `{"error": {"code": …, "message": …, "where":
…}}`; `where` is for operators. The parent keeps stdin open for as long as it wants an answer.
"""

from __future__ import annotations

import json
import math
import os
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from shared.errors import InternalError, JobError, UnsupportedMediaError
from shared.media.child import limits
from shared.media.child.filesystem import confine
from shared.media.child.system_calls import refuse_dangerous_calls
from shared.media.child.tasks import Request, Task, task
from shared.observability.failures import whereabouts

_PACKAGE = Path(__file__).parents[2]
_SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/usr/share/zoneinfo")
_DEVICES = ("/dev/null", "/dev/urandom", "/etc/ld.so.cache", "/etc/localtime")
#: OpenCV's code for an allocation that failed (`cv::Error::StsNoMem`).
_OPENCV_NO_MEMORY = -4
#: Decoding runs in one thread; encoders and OpenCV have a few. This bounds runaway threads, not honest work.
_CPU_SECONDS_PER_SECOND = 2


def main() -> None:
    """Serve one request."""
    answers = _take_over_stdout()
    request = Request.model_validate_json(sys.stdin.buffer.readline())
    _tell(answers, _outcome(request, answers))
    os._exit(0)  # nothing is worth a long way out


def _take_over_stdout() -> int:
    """Keep stdout for answers: whatever a library prints goes to stderr, which nobody reads."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers


def _restrict(request: Request) -> None:
    if request.parent is not None:
        limits.die_with_parent(request.parent)
    os.nice(request.niceness)
    limits.restrict(
        address_space_bytes=request.address_space_bytes,
        cpu_seconds=math.ceil(request.seconds * _CPU_SECONDS_PER_SECOND) + 5,
        file_bytes=request.file_bytes,
        open_files=request.open_files,
    )


def _confine(request: Request) -> bool:
    own = [request.path] if request.path else []
    return confine(readable=[*_code(), *own], writable=[request.directory] if request.directory else ())


def _code() -> Iterator[Path]:
    """Yield where code lies; the app's root is not among it, for settings may lie there."""
    yield from map(Path, (*_SYSTEM, *_DEVICES, *sysconfig.get_paths().values()))
    yield _PACKAGE
    root = _PACKAGE.parent.resolve()
    yield from (path for entry in sys.path if (path := Path(entry).resolve()) not in {root, *root.parents})


def _outcome(request: Request, answers: int) -> Mapping[str, Any]:
    try:
        result = _prepared(request, answers)(request, lambda share: _tell(answers, {"progress": share}))
    except JobError as error:
        return _failure(error)
    except Exception as error:  # noqa: BLE001 - the process' border: the parent is told what and where
        if _is_out_of_memory(error):
            return _failure(UnsupportedMediaError("The file needs too much memory."))
        return _failure(InternalError("Looking into the file failed."), where=whereabouts(error))
    return {"result": result.model_dump(mode="json") if isinstance(result, BaseModel) else result}


def _prepared(request: Request, answers: int) -> Task:
    """Load what the task needs, then give up whatever it does not."""
    _restrict(request)
    asked = task(request.task)
    confined = {"filesystem": _confine(request), "system_calls": refuse_dangerous_calls()}
    limits.end_at_end_of_input()
    _tell(answers, {"confined": confined})
    return asked


def _is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or (
        type(error).__module__ == "cv2" and getattr(error, "code", None) == _OPENCV_NO_MEMORY
    )


def _failure(error: JobError, where: str = "") -> Mapping[str, Any]:
    return {"error": {"code": error.code, "message": error.message, "where": where}}


def _tell(answers: int, message: Mapping[str, Any]) -> None:
    line = json.dumps(message).encode() + b"\n"
    while line:
        line = line[os.write(answers, line) :]


if __name__ == "__main__":
    main()
