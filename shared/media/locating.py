"""From a `videoUrl` to a place in our buckets; nothing else is ever read.

The URL is never fetched. It is only *understood*, by whole-string comparison of its host with the few hosts
that serve the configured buckets, and the object is then read with our own credentials: what a URL says of
signatures, ports, users or redirects can do no harm. What is not understood is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, unquote_to_bytes

from shared.errors import ForbiddenUrlError
from shared.storage.port import ObjectLocation

#: S3's own limit, in bytes of UTF-8.
_MAX_KEY_BYTES = 1024
_MAX_URL_CHARACTERS = 8192
#: RFC 3986: what may stand in a URL, beside `%XX`; a fragment means nothing to a server, so there is none.
_URL = re.compile(
    r"(?P<origin>https?://[a-z0-9.:\-\[\]]+)"
    r"(?P<path>/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*)"
    r"(?:\?(?P<query>(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*))?"
)
_SCHEME_AND_HOST = re.compile(r"https?://[^/?#]*", re.IGNORECASE | re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9._\-]{1,1024}")
_S3_SCHEME = "s3://"
#: Control and format characters, surrogates, line and paragraph separators.
_UNWANTED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class VideoLocator:
    """Knows every form in which the front end may name an upload.

    Virtual-hosted and path-style S3 URLs (of the region, dual-stack, accelerated, and the old global ones),
    `s3://bucket/key` (the key as it is, nothing decoded), CloudFront, and another S3 endpoint in development.
    In a URL's path `+` is a plus; a space is `%20`.
    """

    def __init__(
        self,
        *,
        buckets: Iterable[str],
        region: str,
        distributions: Mapping[str, str] | None = None,
        endpoint_url: str = "",
    ) -> None:
        """Prepare the table of hosts.

        Args:
            buckets: that creators upload to.
            region: of all of them.
            distributions: CloudFront domains, each with the bucket that it serves.
            endpoint_url: of another S3 than Amazon's, for development; path-style only.
        """
        self._buckets = frozenset(buckets)
        #: The bucket that an origin serves; `None` where the path begins with it.
        self._origins: dict[str, str | None] = dict.fromkeys(_shared_origins(region))
        for bucket in self._buckets:
            self._origins |= dict.fromkeys(_own_origins(bucket, region), bucket)
        for domain, bucket in (distributions or {}).items():
            self._origins[f"https://{domain.lower()}"] = bucket
        if endpoint_url:
            self._origins[endpoint_url.rstrip("/").lower()] = None

    def locate(self, url: str) -> ObjectLocation:
        """Return where a URL's object is.

        Raises:
            ForbiddenUrlError: it is not understood, or none of ours; the message never quotes it.
        """
        if len(url) > _MAX_URL_CHARACTERS:
            raise ForbiddenUrlError("The video's URL is too long.")
        if url.startswith(_S3_SCHEME):
            bucket, _, key = url.removeprefix(_S3_SCHEME).partition("/")
            return self._location(bucket, key)
        parts = _URL.fullmatch(_SCHEME_AND_HOST.sub(lambda found: found[0].lower(), url, count=1))
        if parts is None:
            raise ForbiddenUrlError("The video's URL is not a plain https or s3 URL.")
        if parts["origin"] not in self._origins:
            raise ForbiddenUrlError("The video's URL does not lead to a configured bucket.")
        path = parts["path"].removeprefix("/")
        bucket = self._origins[parts["origin"]] or ""
        if not bucket:
            bucket, _, path = path.partition("/")
        return self._location(bucket, _decoded(path), _version_of(parts["query"] or ""))

    def _location(self, bucket: str, key: str, version: str | None = None) -> ObjectLocation:
        if bucket not in self._buckets:
            raise ForbiddenUrlError("The video's URL does not lead to a configured bucket.")
        _check_key(key)
        return ObjectLocation(bucket=bucket, key=key, version=version)


def _shared_origins(region: str) -> Iterator[str]:
    """Yield the origins whose path begins with the bucket's name."""
    for host in ("s3", f"s3.{region}", f"s3-{region}", f"s3.dualstack.{region}"):
        yield f"https://{host}.amazonaws.com"


def _own_origins(bucket: str, region: str) -> Iterator[str]:
    """Yield the origins that serve one bucket."""
    for service in (
        "s3",
        f"s3.{region}",
        f"s3-{region}",
        f"s3.dualstack.{region}",
        "s3-accelerate",
        "s3-accelerate.dualstack",
    ):
        yield f"https://{bucket}.{service}.amazonaws.com"


def _decoded(path: str) -> str:
    """Decode `%XX`, once."""
    try:
        return unquote_to_bytes(path).decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise ForbiddenUrlError("The video's URL is not valid UTF-8.") from None


def _version_of(query: str) -> str | None:
    """Return the version that a URL names; signatures and whatever else is there mean nothing to us."""
    versions = [value for name, value in parse_qsl(query, keep_blank_values=True) if name == "versionId"]
    if not versions:
        return None
    if len(versions) > 1 or not _VERSION.fullmatch(versions[0]):
        raise ForbiddenUrlError("The video's URL names no usable version.")
    return versions[0]


def _check_key(key: str) -> None:
    """Refuse keys that some layer may read as another one."""
    try:
        size_bytes = len(key.encode("utf-8", "strict"))
    except UnicodeEncodeError:
        raise ForbiddenUrlError("The video's URL is not valid UTF-8.") from None
    if not key or key.endswith("/") or size_bytes > _MAX_KEY_BYTES:
        raise ForbiddenUrlError("The video's URL names no file.")
    if "\\" in key or any(unicodedata.category(character) in _UNWANTED for character in key):
        raise ForbiddenUrlError("The video's URL holds characters that are not allowed.")
    if any(_is_relative(segment) for segment in key.split("/")):
        raise ForbiddenUrlError("The video's URL leads out of its folder.")


def _is_relative(segment: str) -> bool:
    """Tell if a segment is `.` or `..`, or becomes it when somebody decodes once more."""
    return unquote_to_bytes(segment) in {b".", b".."}
