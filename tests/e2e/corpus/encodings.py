"""Bytes that are no JSON object, or not in UTF-8."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import random
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from tests.e2e.hostile import Fate, Hostile, case, job, marker_of, text_of

_ILL_FORMED = {
    "high surrogate as CESU-8": b"\xed\xa0\xbd",
    "low surrogate as CESU-8": b"\xed\xb8\x80",
    "surrogate pair as CESU-8": b"\xed\xa0\xbd\xed\xb8\x80",
    "overlong NUL": b"\xc0\x80",
    "overlong slash, two bytes": b"\xc0\xaf",
    "overlong slash, three bytes": b"\xe0\x80\xaf",
    "overlong slash, four bytes": b"\xf0\x80\x80\xaf",
    "five-byte sequence": b"\xf8\x88\x80\x80\x80",
    "six-byte sequence": b"\xfc\x84\x80\x80\x80\x80",
    "lone continuation byte": b"\x80",
    "truncated sequence": b"\xe2\x82",
    "beyond the last code point": b"\xf4\x90\x80\x80",
    "bytes that never occur": b"\xff\xfe",
    "Latin-1": "déjà".encode("latin-1"),
}
_CODECS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp037", "cp500")


def encodings() -> Iterator[Hostile]:
    """Yield the family."""
    yield from _ill_formed()
    yield from _other_codecs()
    yield from _no_json()
    yield from _other_formats()
    yield from _packed()


def _ill_formed() -> Iterator[Hostile]:
    for name, wrong in _ILL_FORMED.items():
        before, after = text_of(job(name)).encode().split(b"Hello ")
        yield case(name, before + b"Hello " + wrong + after)
        yield case(f"nothing but {name}", wrong)


def _other_codecs() -> Iterator[Hostile]:
    for codec in _CODECS:
        yield case(codec, text_of(job(codec)).encode(codec))
    for name, mark in {"byte order mark": "\ufeff", "two byte order marks": "\ufeff\ufeff"}.items():
        yield case(name, mark + text_of(job(name)))


def _no_json() -> Iterator[Hostile]:
    text = text_of(job("text"))
    wrong = {
        "empty": "",
        "white space": " \n\t\r ",
        "one NUL": "\0",
        "a thousand NULs": "\0" * 1000,
        "NUL before": "\0" + text,
        "NUL after": text + "\0",
        "NUL inside": text.replace("Hello", "Hel\0lo"),
        "raw line break inside": text.replace("Hello", "Hel\nlo"),
        "open brace": "{",
        "closed brace": "}",
        "cut off": text[: len(text) // 2],
        "cut in an escape": text[:-1] + ', "x": "\\u00',
        "trailing comma": text[:-1] + ",}",
        "single quotes": text.replace('"', "'"),
        "no quotes": text.replace('"', ""),
        "comment": "/* a job */ " + text,
        "twice": text + text,
        "line-delimited": text + "\n" + text,
        "undefined": '{"payload": undefined}',
        "callback": f"callback({text});",
        "anti-hijacking prefix": ")]}',\n" + text,
        "hexadecimal number": '{"attempt": 0x10}',
        "leading zero": '{"attempt": 01}',
        "unknown escape": text.replace("Hello", "Hel\\xlo"),
        "array": f"[{text}]",
        "string": f'"{marker_of("string")}"',
        "JSON within a string": text_of(text),
        "number": "42",
        "null": "null",
        "true": "true",
    }
    for name, body in wrong.items():
        yield case(name, body.replace(marker_of("text"), marker_of(name)))
    yield case(
        "nothing at all known",
        b"\xff" + marker_of("nothing at all known").encode(),
        properties={},
        job_id=None,
    )


def _other_formats() -> Iterator[Hostile]:
    formats = {
        "XML": "<job><fanMessage>{}</fanMessage></job>",
        "XML with an external entity": '<!DOCTYPE j [<!ENTITY x SYSTEM "file:///etc/passwd">]><j>&x;{}</j>',
        "XML of a billion laughs": '<!DOCTYPE j [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><j>&b;{}</j>',
        "HTML": "<script>alert('{}')</script>",
        "YAML": "jobId: &a [*a]\nfanMessage: {}\n",
        "YAML that runs code": "!!python/object/apply:os.system ['echo {}']",
        "multipart": '--x\r\nContent-Disposition: form-data; name="fanMessage"\r\n\r\n{}\r\n--x--\r\n',
        "form": "jobType=chat.suggest&fanMessage={}",
        "CSV": "jobId,fanMessage\n1,{}\n",
        "JSON with comments": "// {}\n{{}}",
        "log4shell": "${{jndi:ldap://127.0.0.1/{}}}",
        "HTTP": "POST /api/jobs HTTP/1.1\r\nHost: x\r\n\r\n{}",
        "Python": "__import__('os').system('echo {}')",
        "template": "{{{{ 7*7 }}}} {}",
    }
    for label, template in formats.items():
        name = f"format: {label}"
        yield case(name, template.format(marker_of(name)))


def _packed() -> Iterator[Hostile]:
    packers: Mapping[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "zlib": zlib.compress,
        "bzip2": bz2.compress,
        "xz": lzma.compress,
        "zip": _zip,
        "pickle": pickle.dumps,
        "base64": b64encode,
        "percent-encoded": lambda data: quote(data).encode(),
        "gzip bomb": lambda _: gzip.compress(b"\0" * 50_000_000),
        "noise": lambda _: random.Random(7).randbytes(10_000),  # noqa: S311 - noise, not a secret
        "PNG": lambda data: b"\x89PNG\r\n\x1a\n" + data,
        "ELF": lambda data: b"\x7fELF\x02\x01\x01" + data,
        "MessagePack": lambda data: b"\x81\xa5jobId\xda\x01\x00" + data,
        "AMQP frame": lambda data: b"AMQP\x00\x01\x00\x00\x00\x53\x75" + data,
    }
    for name, pack in packers.items():
        yield case(name, pack(text_of(job(name)).encode()))
    yield case("escaped throughout", _escaped("escaped throughout"), Fate.COMPLETED)


def _zip(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../job.json", data)
    return packed.getvalue()


def _escaped(name: str) -> str:
    """Write every letter of every text as an escape: unusual, and still JSON."""
    body = job(name)
    texts = (f'"{field}": "{_as_escapes(body[field])}"' for field in ("jobId", "jobType", "creatorId"))
    return f'{{{", ".join(texts)}, "payload": {{"fanMessage": "{_as_escapes(marker_of(name))}"}}}}'


def _as_escapes(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)
