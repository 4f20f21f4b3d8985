"""Children that hang, flood, swell, crash or lie: the worker gets an error in time, and nothing stays."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from infra.local.process import ROOT
from shared.clock import SystemClock
from shared.errors import InternalError, JobTimeoutError, UnsupportedMediaError
from shared.media.calibration import predicted_cpu_seconds
from shared.media.children import ChildLimits
from shared.media.isolated import IsolatedMedia
from shared.media.report import Inspection, KeyFrame, MediaProbe

PROBE = MediaProbe(
    container="mov",
    duration_seconds=1.0,
    width=64,
    height=64,
    rotation_degrees=0,
    frames_per_second=30.0,
    size_bytes=10,
    video_codec="h264",
    pixel_format="yuv420p",
    high_dynamic_range=False,
    audio_codec=None,
    audio_channels=0,
    bits_per_second=80,
)


def media(code: str, **limits: int) -> IsolatedMedia:
    """An inspector whose children run this code, with the request at hand."""
    prologue = "import json, os, sys, time\nrequest = json.loads(sys.stdin.readline())\n"
    command = (sys.executable, "-c", prologue + textwrap.dedent(code))
    return IsolatedMedia(clock=SystemClock(), command=command, limits=ChildLimits(**limits))


async def probed(inspector: IsolatedMedia, path: Path, seconds: float = 60.0) -> MediaProbe:
    return await inspector.probe(path, size_bytes=10, deadline=time.monotonic() + seconds)


async def gone(pid: int, seconds: float = 60.0) -> bool:
    """Tell if a process ends within some time."""
    until = time.monotonic() + seconds
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.02)
    return True


async def written(path: Path) -> int:
    """Return the number in a file, once it is there."""
    async with asyncio.timeout(60):
        while not path.exists() or not path.read_text().endswith("\n"):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
    return int(path.read_text())


SAY_WHO_I_AM = "open(request['path'], 'w').write(f'{os.getpid()}\\n')\n"
HANG = SAY_WHO_I_AM + "time.sleep(600)\n"


async def test_a_hanging_child_is_killed_at_the_deadline(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(JobTimeoutError):
        await probed(media(HANG), tmp_path / "pid", seconds=1.0)
    assert time.monotonic() - begun < 60
    assert await gone(await written(tmp_path / "pid"))


async def test_a_deadline_that_has_passed_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(JobTimeoutError):
        await probed(media(HANG), tmp_path / "pid", seconds=-1.0)
    assert not (tmp_path / "pid").exists()


async def test_a_cancelled_call_leaves_no_process(tmp_path: Path) -> None:
    call = asyncio.create_task(probed(media(HANG), tmp_path / "pid"))
    pid = await written(tmp_path / "pid")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await gone(pid)


async def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    code = """
        import subprocess
        grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        open(request["path"], "w").write(f"{grandchild.pid}\\n")
        time.sleep(600)
    """
    call = asyncio.create_task(probed(media(code), tmp_path / "pid"))
    pid = await written(tmp_path / "pid")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await gone(pid)


async def test_what_got_away_from_a_child_holds_nobody_up(tmp_path: Path) -> None:
    code = """
        import subprocess
        sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
        runaway = subprocess.Popen(sleep, start_new_session=True)
        open(request["path"], "w").write(f"{runaway.pid}\\n")
        time.sleep(600)
    """
    begun = time.monotonic()
    with pytest.raises(JobTimeoutError):
        await probed(media(code), tmp_path / "pid", seconds=2.0)
    assert time.monotonic() - begun < 40
    os.kill(await written(tmp_path / "pid"), signal.SIGKILL)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("os.kill(os.getpid(), 9)", id="killed by somebody else"),
        pytest.param("sys.exit(0)", id="no answer"),
        pytest.param("print('Hello!')", id="no JSON"),
        pytest.param("print('[1]')", id="no object"),
        pytest.param("print('\\xff')", id="no UTF-8"),
        pytest.param("""print('{"result": {"width": -1}}')""", id="no probe"),
        pytest.param("""print('{"error": 7}')""", id="no error"),
        pytest.param("while True: print('{}')", id="endless lines"),
        pytest.param("while True: print('x' * 65536, end='')", id="an endless line"),
        pytest.param("while True: print('{\"progress\": 0.5}')", id="endless progress"),
        pytest.param("raise ValueError", id="exception"),
    ],
)
async def test_a_child_that_ends_or_babbles_is_an_internal_error(tmp_path: Path, code: str) -> None:
    with pytest.raises(InternalError):
        await probed(media(code), tmp_path)


@pytest.mark.parametrize("crash", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
async def test_a_file_that_crashes_two_children_is_to_blame(tmp_path: Path, crash: signal.Signals) -> None:
    code = f"open(request['path'], 'a').write('x')\nos.kill(os.getpid(), {int(crash)})"
    with pytest.raises(UnsupportedMediaError, match="crash"):
        await probed(media(code), tmp_path / "begun")
    assert (tmp_path / "begun").read_text() == "xx"


async def test_a_child_that_crashes_once_is_followed_by_another(tmp_path: Path) -> None:
    code = f"""
        if not os.path.exists(request["path"]):
            open(request["path"], "w").close()
            os.abort()
        print(json.dumps({{"result": json.loads({PROBE.model_dump_json()!r})}}))
    """
    assert await probed(media(code), tmp_path / "begun") == PROBE


async def test_a_swelling_child_is_killed_for_its_file(tmp_path: Path) -> None:
    code = SAY_WHO_I_AM + "hoard = []\nwhile True: hoard.append(bytearray(b'x') * 1_000_000)\n"
    with pytest.raises(UnsupportedMediaError, match="memory"):
        await probed(media(code, resident_bytes=100_000_000), tmp_path / "pid")
    assert await gone(await written(tmp_path / "pid"))


async def test_a_child_that_used_up_its_cpu_time_timed_out(tmp_path: Path) -> None:
    code = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass\n"
    with pytest.raises(JobTimeoutError, match="CPU"):
        await probed(media(code), tmp_path)


async def test_a_child_is_told_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "AZURE_AI_KEY", "PYTHONSTARTUP", "LD_PRELOAD_X"):
        monkeypatch.setenv(name, "hidden-value")
    code = "open(request['path'], 'w').write(json.dumps(dict(os.environ)))"
    with pytest.raises(InternalError):
        await probed(media(code), tmp_path / "environment")
    environment = json.loads((tmp_path / "environment").read_text())
    assert "hidden-value" not in environment.values()
    assert set(environment) <= {
        *(
            "LANG",
            "PATH",
            "MALLOC_ARENA_MAX",
            "MALLOC_MMAP_THRESHOLD_",
            "MALLOC_TRIM_THRESHOLD_",
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "LC_CTYPE",
        ),
        *("PYTHONNOUSERSITE", "PYTHONSAFEPATH", "PYTHONPATH", "LD_LIBRARY_PATH"),
    }


async def test_an_error_s_words_are_kept_short_and_plain(tmp_path: Path) -> None:
    code = r"""print(json.dumps({"error": {"code": "UNSUPPORTED_MEDIA", "message": "a\n\x1b[31m" + "b" * 999}}))"""  # noqa: E501 - one line of code
    with pytest.raises(UnsupportedMediaError) as refusal:
        await probed(media(code), tmp_path)
    assert refusal.value.message.isprintable()
    assert len(refusal.value.message) <= 200


async def test_progress_is_passed_on_unless_it_is_none(tmp_path: Path) -> None:
    inspection = Inspection(probe=PROBE, scenes=[])
    code = f"""
        for share in (0.25, -1, 2, "x", None, 1): print(json.dumps({{"progress": share}}))
        print('{{"result": ' + {inspection.model_dump_json()!r} + '}}')
    """
    (tmp_path / "video").touch()
    shares: list[float] = []
    found = await media(code).inspect(
        tmp_path / "video", tmp_path, deadline=time.monotonic() + 60, progress=shares.append
    )
    assert found.model_dump_json() == inspection.model_dump_json()
    assert shares == [0.25, 1.0]


def _link(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def _hard_link(path: Path) -> None:
    other = path.with_name("other")
    other.touch()
    path.hardlink_to(other)


@pytest.mark.parametrize("make", [_link, _hard_link, Path.mkdir, os.mkfifo, lambda _: None])
async def test_files_that_are_no_plain_files_of_the_directory_are_not_believed_in(
    tmp_path: Path, make: Callable[[Path], object]
) -> None:
    make(tmp_path / "frame.jpg")
    with pytest.raises(InternalError, match="named a file"):
        await _inspected_with(tmp_path, "frame.jpg")


@pytest.mark.parametrize("name", ["../frame.jpg", "/etc/hostname", "", ".", "..", "a\0b", "deep/frame.jpg"])
async def test_names_that_lead_out_of_the_directory_are_not_believed(tmp_path: Path, name: str) -> None:
    (tmp_path.parent / "frame.jpg").touch()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "frame.jpg").touch()
    with pytest.raises(InternalError, match="named a file"):
        await _inspected_with(tmp_path, name)


async def _inspected_with(directory: Path, name: str) -> None:
    frame = KeyFrame(at_seconds=0, scene=0, file=name, width=1, height=1, score=1)
    answer = Inspection(probe=PROBE, scenes=[], key_frames=[frame]).model_dump_json()
    (directory / "video").touch()
    await media(f"print('{{\"result\": ' + {answer!r} + '}}')").inspect(
        directory / "video", directory, deadline=time.monotonic() + 60
    )


async def test_children_wait_for_one_another(tmp_path: Path) -> None:
    code = """
        import fcntl
        lock = open(request["path"])
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        time.sleep(0.1)
        print('{"error": {"code": "UNSUPPORTED_MEDIA", "message": "alone"}}', flush=True)
    """
    (tmp_path / "lock").touch()
    inspector = media(code)
    answers = await asyncio.gather(
        *(probed(inspector, tmp_path / "lock") for _ in range(3)), return_exceptions=True
    )
    assert [str(answer) for answer in answers] == ["alone"] * 3


async def test_the_real_child_dies_with_a_worker_that_is_killed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "video.mp4")  # opening it waits for a writer that never comes
    code = """
        import asyncio, pathlib, sys, time
        from shared.clock import SystemClock
        from shared.media.isolated import IsolatedMedia
        media = IsolatedMedia(clock=SystemClock())
        path = pathlib.Path(sys.argv[1])
        asyncio.run(media.probe(path, size_bytes=1, deadline=time.monotonic() + 600))
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "video.mp4")]
    worker = subprocess.Popen(command, cwd=ROOT)  # noqa: ASYNC220, S603 - our own code, started in a moment
    try:
        children = await _children_of(worker.pid)
    finally:
        worker.send_signal(signal.SIGKILL)
        await asyncio.to_thread(worker.wait)
    for child in children:
        assert await gone(child)


async def _children_of(pid: int) -> list[int]:
    """Return a process' children once one of them sleeps, waiting for its file."""
    async with asyncio.timeout(60):
        while True:
            children = psutil.Process(pid).children(recursive=True)
            if children and all(child.status() == psutil.STATUS_SLEEPING for child in children):
                return [child.pid for child in children]
            await asyncio.sleep(0.05)


async def test_this_instance_is_measured_once(tmp_path: Path) -> None:
    code = f"""
        open({str(tmp_path / "count")!r}, "a").write("x")
        print('{{"result": {{"factor": 3.0}}}}')
    """
    inspector = media(code)
    slow = await asyncio.gather(*(inspector.predicted_cpu_seconds(PROBE, compress=False) for _ in range(3)))
    assert (tmp_path / "count").read_text() == "x"
    assert slow == [predicted_cpu_seconds(PROBE, compress=False, factor=3.0)] * 3


async def test_an_instance_that_cannot_be_measured_is_taken_for_a_slow_one() -> None:
    seconds = await media("sys.exit(1)").predicted_cpu_seconds(PROBE, compress=True)
    assert seconds == predicted_cpu_seconds(PROBE, compress=True, factor=2.0)


async def test_the_real_child_measures_this_instance() -> None:
    inspector = IsolatedMedia(clock=SystemClock())
    await inspector.predicted_cpu_seconds(PROBE, compress=False)
    assert inspector._factor is not None
    assert 0.1 < inspector._factor < 50


async def test_operators_see_what_a_child_took_and_what_it_was_denied(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"no video at all")
    caplog.set_level("INFO", logger="shared.media")
    with pytest.raises(UnsupportedMediaError):
        await probed(IsolatedMedia(clock=SystemClock()), tmp_path / "clip.mp4")
    [record] = [record for record in caplog.records if record.name == "shared.media.isolated"]
    facts = vars(record)
    assert facts["confined"] == {"filesystem": True, "system_calls": True}
    assert facts["task"] == "probe"
    assert facts["seconds"] > 0
    assert facts["peakBytes"] > 0


async def test_where_a_child_failed_is_for_operators_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(InternalError) as failure:
        await probed(IsolatedMedia(clock=SystemClock()), tmp_path / "absent.mp4")
    assert failure.value.message == "Looking into the file failed."
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert vars(record)["error"].startswith("FileNotFoundError at ")
