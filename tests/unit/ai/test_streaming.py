"""A streamed answer is read the same however its bytes are cut, and adds up to the unstreamed one."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ai.answers import separate_thinking
from shared.ai.azure_failures import refused_in_stream
from shared.ai.completions import Completion
from shared.ai.failures import DeploymentError, ModelFailure, failure_of
from shared.ai.port import FinishReason, Usage
from shared.ai.streaming import MAX_EVENT_BYTES, EventReader, StreamedCompletion
from shared.ai.thinking import AnswerText, mended
from shared.errors import JobError, NetworkError

COUNTED = {"prompt_tokens": 300, "completion_tokens": 50, "total_tokens": 350}
#: Characters that have given stream readers trouble, beside ordinary ones.
TEXT = st.text(st.sampled_from("ab {}\n\r\t<>/think:é漢😘\u2028\x85\ud83d\ude18"), max_size=40)
THINKING = st.sampled_from(["", "<think>hm</think>", " <think>\nhm\n</think>\n\n", "<think>", "hm</think> "])


def _ignore(_: str) -> None:
    """Take a piece of an answer."""


def _refused(event: Mapping[str, Any]) -> JobError:
    return refused_in_stream(event, deployment="d")


def _chunk(delta: Any, reason: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def _events(pieces: Iterable[str]) -> list[Any]:
    return [
        {"choices": [], "prompt_filter_results": []},
        _chunk({"role": "assistant", "content": ""}),
        *(_chunk({"content": piece}) for piece in pieces),
        _chunk(None),  # Azure's filter reports like this
        _chunk({}, "stop"),
        {"choices": [], "usage": COUNTED},
    ]


def _stream(events: Iterable[Any], *, end: str = "\n", noise: str = "", done: bool = True) -> bytes:
    data = [_dumped(event) for event in events] + (["[DONE]"] if done else [])
    return "".join(f"{noise}data: {line}{end}{end}" for line in data).encode()


def _dumped(event: Any) -> str:
    """Write an event in UTF-8 where that can be, and with escapes where it holds half a character."""
    text = json.dumps(event, ensure_ascii=False)
    return text if text.isascii() or not re.search("[\ud800-\udfff]", text) else json.dumps(event)


def _cut(stream: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted({place % (len(stream) + 1) for place in places}), len(stream)]
    return [stream[start:stop] for start, stop in itertools.pairwise(edges)]


def _read(chunks: Iterable[bytes], *, reasoning: bool = False) -> tuple[Completion, list[str]]:
    told: list[str] = []
    answer = StreamedCompletion(told.append, refused=_refused, reasoning=reasoning)
    for chunk in chunks:
        answer.feed(chunk)
    return answer.completion(), told


@given(
    thinking=THINKING,
    pieces=st.lists(TEXT, max_size=5),
    places=st.lists(st.integers(0, 10_000), max_size=30),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    noise=st.sampled_from(["", ": ping\n", ":\r\nevent: x\r\nid: 3\rretry: 1\n", "\n\n"]),
    reasoning=st.booleans(),
)
def test_any_cut_gives_the_same(
    *, thinking: str, pieces: Sequence[str], places: Sequence[int], end: str, noise: str, reasoning: bool
) -> None:
    """The unstreamed completion, byte for byte, and no piece of thinking."""
    whole = Completion.model_validate(
        {
            "choices": [{"message": {"content": thinking + "".join(pieces)}, "finish_reason": "stop"}],
            "usage": COUNTED,
        }
    )
    stream = _stream(_events([thinking, *pieces]), end=end, noise=noise)
    read, told = _read(_cut(stream, places), reasoning=reasoning)
    assert (read.text, read.usage, read.finish_reason) == (whole.text, whole.usage, whole.finish_reason)
    content = thinking + "".join(pieces)
    if reasoning or "</think>" not in content or content.lstrip().startswith("<think>"):
        # who does not think is not waited for: a lone closing tag comes too late
        assert "".join(told) == whole.text
    assert told == _read([stream], reasoning=reasoning)[1]


@given(pieces=st.lists(st.one_of(TEXT, THINKING), max_size=8))
def test_what_is_let_through_is_the_answer(pieces: Sequence[str]) -> None:
    """The same that is found in the whole text."""
    answer = AnswerText(may_think_untagged=True)
    told = "".join(map(answer.feed, pieces)) + answer.end()
    assert told == mended(separate_thinking("".join(pieces))[1])


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=10))
def test_noise_is_read_the_same_however_it_is_cut(noise: bytes, places: Sequence[int]) -> None:
    """And never raises in the reader."""

    def _data(chunks: Iterable[bytes]) -> list[str]:
        reader = EventReader()
        return [data for chunk in chunks for data in reader.feed(chunk)] + list(reader.end())

    assert _data(_cut(noise, places)) == _data([noise])


def test_an_answer_is_told_as_it_comes() -> None:
    """Not at the end."""
    told: list[str] = []
    answer = StreamedCompletion(told.append, refused=_refused)
    answer.feed(_stream([_chunk({"content": "Hello "})], done=False))
    answer.feed(_stream([_chunk({"content": "you"})], done=False))
    assert told == ["Hello", " you"]
    assert answer.is_begun
    assert not answer.is_done


@pytest.mark.parametrize(
    ("delta", "reason", "is_begun"),
    [
        ({"role": "assistant", "content": ""}, None, False),
        (None, None, False),
        ({"content": "a"}, None, True),
        ({"reasoning_content": "hm"}, None, True),
        ({}, "content_filter", True),
    ],
)
def test_an_answer_has_begun_when_something_is_written(
    delta: Any, reason: str | None, *, is_begun: bool
) -> None:
    """That is what has to be paid, even if it breaks off."""
    answer = StreamedCompletion(_ignore, refused=_refused)
    answer.feed(_stream([_chunk(delta, reason)], done=False))
    assert answer.is_begun is is_begun


def test_a_thinker_is_silent_until_it_has_thought() -> None:
    """Its template may have swallowed the opening tag; JSON is no thinking."""
    told: list[str] = []
    answer = StreamedCompletion(told.append, refused=_refused, reasoning=True)
    answer.feed(_stream([_chunk({"content": "They want"})], done=False))
    assert told == []
    answer.feed(_stream([_chunk({"content": " a greeting.</think>\n\nHello"})], done=False))
    assert told == ["Hello"]
    assert _read([_stream(_events(['{"a": 1']))], reasoning=True)[1] == ['{"a": 1']


def test_half_an_emoji_waits_for_the_other() -> None:
    """A half that stays alone is shown as what it is: broken."""
    read, told = _read([_stream(_events(["a\ud83d", "\ude18b\ud83d"]))])
    assert told == ["a", "😘b", "\ufffd"]
    assert read.text == "a😘b\ufffd"


def test_thinking_beside_the_content_is_not_told() -> None:
    """As `/openai/v1` streams it."""
    events = [_chunk({"reasoning_content": "hm"}), _chunk({"content": "hi"}, "stop")]
    read, told = _read([_stream(events)])
    assert (read.text, told) == ("hi", ["hi"])


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ({"error": {"code": "InternalServerError", "message": "m"}}, ModelFailure.UNAVAILABLE),
        ({"error": {"code": "x", "status": 503}}, ModelFailure.UNAVAILABLE),
        ({"error": {"code": 429}}, ModelFailure.RATE_LIMITED),
        ({"error": {"code": "404"}}, ModelFailure.GONE),
        ({"error": {"code": "content_filter"}}, ModelFailure.FILTERED),
        ({"error": {"innererror": {"code": "ResponsibleAIPolicyViolation"}}}, ModelFailure.FILTERED),
        ({"error": "overloaded"}, ModelFailure.UNAVAILABLE),
    ],
)
def test_an_error_inside_a_stream_is_an_error(error: Any, failure: ModelFailure) -> None:
    """Though its status was 200; it may come first or last."""
    for events in ([error], [_chunk({"content": "hi"}), error]):
        with pytest.raises(JobError) as raised:
            _read([_stream(events)])
        assert failure_of(raised.value) is failure


@pytest.mark.parametrize("events", [[], [_chunk({"content": "hi"})], [{"choices": []}]])
def test_a_stream_that_breaks_off_is_no_answer(events: list[Any]) -> None:
    """Neither a reason to stop nor an end was sent."""
    stream = _stream(events, done=False)
    for length in (len(stream), len(stream) * 2 // 3):
        with pytest.raises(JobError) as raised:
            _read([stream[:length]])
        assert failure_of(raised.value) in {ModelFailure.UNAVAILABLE, ModelFailure.UNUSABLE}


def test_a_broken_connection_is_the_networks_failure() -> None:
    """In the middle of an answer."""
    with pytest.raises(NetworkError):
        _read([_stream([_chunk({"content": "hi"})], done=False)])


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_last_blank_line_may_be_missing(end: str) -> None:
    """Some servers close right after the last event."""
    stream = _stream(_events(["hi"])).removesuffix(b"\n\n") + end.encode()
    assert _read([stream])[0].usage == Usage(input_tokens=300, output_tokens=50)


@pytest.mark.parametrize("data", ["", "x", "[]", "3", "null", "[" * 100_000])
def test_an_event_that_is_no_object_is_unusable(data: str) -> None:
    """Whatever it is."""
    with pytest.raises(DeploymentError) as raised:
        _read([f"data: {data}\n\n".encode()])
    assert raised.value.failure is ModelFailure.UNUSABLE


@pytest.mark.parametrize(
    "event",
    [
        {"choices": None},
        {"choices": [3]},
        {"choices": [{"delta": 3}]},
        {"choices": [{"delta": {"content": 3}, "finish_reason": 4}]},
        {"usage": "x"},
        {},
    ],
)
def test_odd_events_do_not_matter(event: Any) -> None:
    """Beside good ones."""
    read, told = _read([_stream([event, *_events(["hi"])])])
    assert (read.text, told, read.finish_reason) == ("hi", ["hi"], FinishReason.STOP)


@pytest.mark.parametrize("stream", [b"data: " + b"x" * MAX_EVENT_BYTES, b"data: x\n" * MAX_EVENT_BYTES])
def test_an_endless_event_is_given_up(stream: bytes) -> None:
    """It would fill the memory."""
    with pytest.raises(DeploymentError):
        _read(_cut(stream, range(0, len(stream), 65_536)))


def test_multi_line_data_is_one_event() -> None:
    """As the standard has it, with a byte order mark before it all."""
    reader = EventReader()
    assert list(reader.feed(b"\xef\xbb\xbfdata: a\ndata:b\ndata\n\n")) == ["a\nb\n"]
