"""How a client is let in, whatever mechanism it chooses and however its bytes are cut."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.broker.codec import CodecError, Symbol, compose_list, decode, encode, section
from infra.local.broker.sasl import MECHANISMS, SASL_HEADER, SaslServer

AMQP_HEADER = b"AMQP\x00\x01\x00\x00"
_INIT = 0x41


def _init(mechanism: str) -> bytes:
    body = section(_INIT, compose_list([encode(Symbol(mechanism)), encode(b"\x00user\x00secret")]))
    return struct.pack(">IBBH", len(body) + 8, 2, 1, 0) + body


def _frames(answer: bytes) -> list[list[object]]:
    """Return the fields of each frame that follows the header."""
    assert answer.startswith(SASL_HEADER)
    found, at = [], len(SASL_HEADER)
    while at < len(answer):
        size = int.from_bytes(answer[at : at + 4], "big")
        found.append(decode(answer, at + 8)[0])
        at += size
    return found


@pytest.mark.parametrize("mechanism", MECHANISMS)
@given(cut=st.integers(min_value=1, max_value=40))
def test_every_mechanism_lets_in(mechanism: str, cut: int) -> None:
    server, answer, rest = SaslServer(), b"", b""
    stream = SASL_HEADER + _init(mechanism) + AMQP_HEADER
    for part in (stream[:cut], stream[cut:]):
        if server.is_done:
            rest += part
        else:
            more, left = server.feed(part)
            answer, rest = answer + more, rest + left
    assert server.is_done
    assert _frames(answer) == [[list(MECHANISMS)], [0, None]]
    assert rest == AMQP_HEADER


def test_an_unknown_mechanism_is_refused() -> None:
    server = SaslServer()
    answer, rest = server.feed(SASL_HEADER + _init("GSSAPI"))
    assert _frames(answer)[1] == [1, None]
    assert not server.is_done
    assert rest == b""


def test_a_client_without_sasl_goes_straight_to_the_engine() -> None:
    server = SaslServer()
    assert server.feed(AMQP_HEADER + b"rest") == (b"", AMQP_HEADER + b"rest")
    assert server.is_done


@pytest.mark.parametrize(
    "frame", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x00\x00\x00\x09\xff\x01\x00\x00\x00"]
)
def test_what_is_no_frame_is_cut_off(frame: bytes) -> None:
    with pytest.raises(CodecError):
        SaslServer().feed(SASL_HEADER + frame)
