"""Files that are something else than their name says, and texts that make players open other files."""

from __future__ import annotations

import gzip
import io
import random
import wave
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cv2

from infra.local.clips.hostile.boxes import box, with_content
from infra.local.clips.hostile.cases import ANALYSED, REFUSED, REFUSED_OR_NOTED, Case, Surroundings, case
from infra.local.clips.hostile.material import Recipe, made, picture

_ABSOLUTE_ALIAS = 2


def cases() -> Iterator[Case]:
    """Yield them."""
    yield from _nothing()
    yield from _other_files()
    yield from _playlists()
    yield from _references()


def _nothing() -> Iterator[Case]:
    yield case("empty", "no byte", REFUSED, lambda: b"")
    yield case("zeros", "a megabyte of zeros", REFUSED, lambda: bytes(1 << 20))
    yield case("text", "English text", REFUSED, lambda: b"This is not a video.\n" * 500)
    yield case("random", "random bytes", REFUSED, lambda: random.Random(1).randbytes(300_000))  # noqa: S311
    yield case(
        "random-after-ftyp",
        "ftyp, then random bytes",
        REFUSED,
        lambda: box(b"ftyp", b"isom\0\0\2\0isomavc1") + random.Random(2).randbytes(300_000),  # noqa: S311
    )


def _other_files() -> Iterator[Case]:
    yield case("jpeg", "a JPEG", REFUSED, lambda: _image(".jpg"))
    yield case("png", "a PNG", REFUSED, lambda: _image(".png"))
    yield case("webp", "a WebP", REFUSED, lambda: _image(".webp"))
    yield case("gif", "a GIF", REFUSED, _gif)
    yield case(
        "pdf",
        "a PDF",
        REFUSED,
        lambda: b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
    )
    yield case("zip", "a ZIP with a video in it", REFUSED, _zip)
    yield case("gzip-bomb", "a gigabyte of zeros, packed twice", REFUSED, _packed)
    yield case("mp3", "an MP3", REFUSED, lambda: made(_sound_only("mp3", "libmp3lame")))
    yield case("wav", "a WAV", REFUSED, _wav)
    yield case("ogg", "an Ogg with Opus", REFUSED, lambda: made(_sound_only("ogg", "libopus")))
    yield case(
        "avi",
        "an AVI",
        REFUSED,
        lambda: made(Recipe(container="avi", codec="mpeg4", sound="libmp3lame", encoding={})),
    )
    yield case("mpeg-ts", "an MPEG transport stream", REFUSED, lambda: made(Recipe(container="mpegts")))
    yield case("flv", "a Flash video", REFUSED, lambda: made(Recipe(container="flv", sound=None)))
    yield case(
        "html", "a web page", REFUSED, lambda: b"<!doctype html><video src='http://127.0.0.1/'></video>"
    )
    yield case(
        "heif-like",
        "ftyp of a HEIC picture, nothing else",
        REFUSED,
        lambda: box(b"ftyp", b"heic\0\0\0\0mif1heic"),
    )


def _sound_only(container: str, codec: str) -> Recipe:
    return Recipe(container=container, frames=0, sound=codec)


def _image(kind: str) -> bytes:
    return bytes(cv2.imencode(kind, picture(320, 240, 7))[1])


def _gif() -> bytes:
    recipe = Recipe(container="gif", codec="gif", frames=5, pixel_format="rgb8", sound=None, encoding={})
    return made(recipe)


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("video.mp4", made(Recipe(frames=10)))
    return buffer.getvalue()


def _packed() -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1, mtime=0) as file:
        for _ in range(1024):
            file.write(bytes(1 << 20))
    return gzip.compress(buffer.getvalue(), mtime=0)


def _wav() -> bytes:
    buffer = io.BytesIO()
    writer: Any
    with wave.open(buffer, "wb") as writer:
        writer.setparams((1, 2, 16_000, 0, "NONE", ""))
        writer.writeframes(bytes(64_000))
    return buffer.getvalue()


def _text(name: str, what: str, text: str) -> Case:
    """Return a text that names what nobody may reach."""

    def make(around: Surroundings) -> bytes:
        filled = text.replace("{url}", around.canary_url).replace("{file}", str(around.neighbour))
        return filled.replace("{name}", around.neighbour.name).encode()

    return Case(name=name, what=what, expected=REFUSED, make=make, reaches_out=True)


_HLS = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{place}\n#EXT-X-ENDLIST\n"
_DASH = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"'
    ' mediaPresentationDuration="PT9S"'
    ' profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4">'
    '<Representation id="1" bandwidth="9" codecs="avc1.42c01e" width="180" height="320"><BaseURL>{url}/a.mp4'
    "</BaseURL></Representation></AdaptationSet></Period></MPD>"
)


def _playlists() -> Iterator[Case]:
    yield _text(
        "ffconcat-relative", "an ffconcat list naming a file beside it", "ffconcat version 1.0\nfile {name}\n"
    )
    yield _text(
        "ffconcat-absolute",
        "an ffconcat list naming a file by its path",
        "ffconcat version 1.0\nfile '{file}'\n",
    )
    yield _text("ffconcat-url", "an ffconcat list naming a URL", "ffconcat version 1.0\nfile '{url}/a.mp4'\n")
    yield _text("ffmetadata", "FFmpeg's metadata format", ";FFMETADATA1\ntitle={file}\n")
    yield _text("hls-url", "an HLS playlist naming a URL", _HLS.replace("{place}", "{url}/a.ts"))
    yield _text("hls-file", "an HLS playlist naming a file", _HLS.replace("{place}", "{file}"))
    yield _text("hls-relative", "an HLS playlist naming a file beside it", _HLS.replace("{place}", "{name}"))
    yield _text(
        "hls-concat", "an HLS playlist naming concat:", _HLS.replace("{place}", "concat:{file}|{url}/a.ts")
    )
    yield _text(
        "hls-key",
        "an HLS playlist whose key lies at a URL",
        _HLS.replace("#EXTINF", '#EXT-X-KEY:METHOD=AES-128,URI="{url}/k"\n#EXTINF').replace(
            "{place}", "{name}"
        ),
    )
    yield _text("dash", "a DASH manifest naming a URL", _DASH)
    yield _text(
        "sdp",
        "a session description",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
        "a=rtpmap:96 H264/90000\n",
    )
    yield _text(
        "asx", "a Windows Media playlist", '<asx version="3.0"><entry><ref href="{url}/a.wmv"/></entry></asx>'
    )
    yield _text(
        "xspf",
        "an XML playlist",
        '<?xml version="1.0"?><playlist><trackList><track><location>{url}/a.mp4</location></track>'
        "</trackList></playlist>",
    )
    yield _text(
        "xxe",
        "XML with an external entity",
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file://{file}">]><MPD>&b;</MPD>',
    )
    # Bytes 4 to 8 look like an MP4's, the rest is a playlist.
    yield _text(
        "hls-after-ftyp",
        "ftyp, then an HLS playlist",
        "\0\0\0\x10ftypisom\0\0\2\0" + _HLS.replace("{place}", "{url}/a.ts"),
    )
    yield _text(
        "ffconcat-after-ftyp",
        "an ffconcat list in an MP4's disguise",
        "#\n#\nftypffconcat version 1.0\nfile {name}\n",
    )


def _references() -> Iterator[Case]:
    """Pictures that lie elsewhere: QuickTime's data references and reference movies."""
    yield Case(
        name="dref-url",
        what="the pictures lie at a URL",
        expected=REFUSED | ANALYSED,
        make=_at_url,
        reaches_out=True,
    )
    yield Case(
        name="dref-alias",
        what="the pictures lie in a file named by an alias",
        expected=REFUSED_OR_NOTED,
        make=_at_alias,
        reaches_out=True,
    )
    yield Case(
        name="reference-movie",
        what="a movie that is elsewhere",
        expected=REFUSED,
        make=_reference_movie,
        reaches_out=True,
    )


def movie() -> bytes:
    """Return a QuickTime movie: what a neighbour has to be like for references to it to work."""
    return made(replace(Recipe(), container="mov"))


def _with_reference(reference: bytes) -> bytes:
    return with_content(
        movie(), "moov.trak.mdia.minf.dinf.dref", bytes(4) + (1).to_bytes(4, "big") + reference
    )


def _at_url(around: Surroundings) -> bytes:
    return _with_reference(box(b"url ", bytes(4), around.canary_url.encode() + b"/a.mov\0"))


def _at_alias(around: Surroundings) -> bytes:
    """Point to the neighbour as a Macintosh alias does: by path, from levels up, and by name."""
    name = around.neighbour.name.encode()[:63]
    path = str(around.neighbour).encode()
    record = bytearray(150)
    record[10:12] = b"\x01V"
    record[50] = len(name)
    record[51 : 51 + len(name)] = name
    record[130:134] = b"\0\1\0\1"
    padded = path + bytes(len(path) % 2)
    tail = _ABSOLUTE_ALIAS.to_bytes(2, "big") + len(path).to_bytes(2, "big") + padded + b"\xff\xff\0\0"
    return _with_reference(box(b"alis", bytes(4), bytes(record), tail))


def _reference_movie(around: Surroundings) -> bytes:
    url = around.canary_url.encode() + b"/a.mov\0"
    reference = box(b"rdrf", bytes(4), b"url ", len(url).to_bytes(4, "big"), url)
    return box(b"ftyp", b"qt  \0\0\2\0qt  ") + box(b"moov", box(b"rmra", box(b"rmda", reference)))
