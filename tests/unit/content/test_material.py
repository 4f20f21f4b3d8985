"""Content is what its first bytes say, whatever it is called."""

from __future__ import annotations

import pytest

from shared.errors import UnsupportedMediaError
from workers.content_analysis.findings import ContentKind
from workers.content_analysis.material import kind_of, text_of


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", ContentKind.IMAGE),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", ContentKind.IMAGE),
        (b"RIFF\0\0\0\0WEBPVP8 ", ContentKind.IMAGE),
        (b"GIF89a\1\0\1\0", ContentKind.IMAGE),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", ContentKind.VIDEO),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f", ContentKind.VIDEO),
        (b"Good morning, my loves!", ContentKind.TEXT),
        ("Ça va ? 😘 Ça va, et toi ?".encode()[:31], ContentKind.TEXT),
        (b"hi", ContentKind.TEXT),
        ("é".encode(), ContentKind.TEXT),
    ],
)
def test_the_first_bytes_tell(head: bytes, kind: ContentKind) -> None:
    assert kind_of(head) is kind


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\0\0\0\0",
        b"MZ\x90\0\x03",
        b"\x7fELF\x02\1\1\0",
        b"RIFF\0\0\0\0WAVE",
        b"\xff\xfe" * 8,
        b"PK\3\4\0",
    ],
)
def test_what_is_nothing_of_these_is_refused(head: bytes) -> None:
    with pytest.raises(UnsupportedMediaError):
        kind_of(head)


@pytest.mark.parametrize(
    "data",
    [
        *(b"<html>", b"  <svg/>", b"\xef\xbb\xbf<?xml version='1.0'?>", b"%!PS", b"{\\rtf1", b" \n "),
        *(b"a\0b", b"a\x1bb", b"caf\xe9", "a\u0085b".encode(), b"\xed\xa0\x80"),
    ],
)
def test_what_is_no_plain_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedMediaError):
        text_of(data)


def test_plain_text_is_taken() -> None:
    assert text_of("\ufeffÇa va ?\r\n\tOui 😘".encode()) == "Ça va ?\r\n\tOui 😘"
