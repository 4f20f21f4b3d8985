"""Hostile URLs, none of which is fetched; and the plain ones that are."""

from __future__ import annotations

import pytest

from shared.errors import ConfigurationError, ForbiddenUrlError
from shared.fetching.urls import AllowedHosts, AnyPublicHost

HOSTS = AllowedHosts(["cdn.example.com", ".media.example.net", "http://127.0.0.1:9000"])

HOSTILE = (
    # other schemes, or none
    *(
        "",
        " ",
        "cdn.example.com",
        "//cdn.example.com/a",
        "http://cdn.example.com/a",
        "ftp://cdn.example.com/a",
    ),
    *(
        "file:///etc/passwd",
        "gopher://cdn.example.com/_",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
    ),
    *("dict://cdn.example.com:11211/", "jar:https://cdn.example.com!/", "s3://cdn.example.com/a"),
    *("https:cdn.example.com/a", "https:/cdn.example.com/a", "https:///cdn.example.com/a", "https://"),
    # hosts that are not on the list, or only look like it
    *(
        "https://example.com/a",
        "https://evil.com/a",
        "https://cdn.example.com.evil.com/a",
        "https://xcdn.example.com/a",
    ),
    *("https://media.example.net/a", "https://xmedia.example.net/a", "https://.media.example.net/a"),
    *(
        "https://cdn.example.com./a",
        "https://cdn..example.com/a",
        "https://-cdn.example.com/a",
        "https://evil.com#cdn.example.com",
    ),
    *("https://evil.com/?cdn.example.com", "https://a_b.media.example.net/", "https://a-.media.example.net/"),
    # users
    *(
        "https://user@cdn.example.com/a",
        "https://user:secret@cdn.example.com/a",
        "https://cdn.example.com@evil.com/a",
    ),
    *(
        "https://evil.com\\@cdn.example.com/a",
        "https://cdn.example.com\\.evil.com/a",
        "https://@cdn.example.com/a",
    ),
    # ports
    *("https://cdn.example.com:22/a", "https://cdn.example.com:80/a", "https://cdn.example.com:8443/a"),
    *("https://cdn.example.com:/a", "https://cdn.example.com:-443/a", "https://cdn.example.com:443:443/a"),
    # spellings of addresses
    *(
        "https://127.0.0.1/a",
        "https://localhost/a",
        "https://127.1/a",
        "https://0x7f000001/a",
        "https://0x7f.1/a",
    ),
    *(
        "https://2130706433/a",
        "https://017700000001/a",
        "https://0177.0.0.1/a",
        "https://[::1]/a",
        "https://0/a",
    ),
    *(
        "https://[::ffff:127.0.0.1]/a",
        "https://[fe80::1%25eth0]/a",
        "https://169.254.169.254/latest/meta-data/",
    ),
    *(
        "https://[fd00:ec2::254]/latest/",
        "https://168.63.129.16/machine",
        "https://metadata.google.internal/",
    ),
    *("https://①②⑦.⓪.⓪.①/a", "https://127。0。0。1/a", "https://10.0.0.1.media.example.net:444/"),
    # names in other alphabets
    *("https://cdn.exämple.com/a", "https://xn--exmple-cua.com/a", "https://xn--a.media.example.net/a"),
    *("https://ｃdn.example.com/a", "https://cdn.example。com/a", "https://cdn.example.com\u200b/a"),  # noqa: RUF001 - that is the point
    # characters that parsers disagree about
    *("https://cdn.example.com\0.evil.com/a", "https://cdn.example.com/a\0", "https://cdn.example.com/a b"),
    *(
        "https://cdn.example.com/a\r\nHost: evil.com",
        "https://cdn.example.com/a\n",
        "\nhttps://cdn.example.com/a",
    ),
    *("https://cdn.example.com\t/a", "https://cdn.example.com/\\evil", "https://cdn.example.com/%zz"),
    *("https://cdn.example.com/a#b", "https://cdn.example.com/ä", "https://cdn%2eexample.com/a"),
    *(
        "https://cdn.example.com%00.evil.com/a",
        "https://cdn.example.com%2f@evil.com/a",
        "https://cdn.example.com?a={b}",
    ),
    # the developer's own origin opens itself alone
    *("http://127.0.0.1:9001/a", "http://127.0.0.1/a", "http://localhost:9000/a", "https://127.0.0.1:9000/a"),
    *("http://127.0.0.1:9000@evil.com/a", "http://0177.0.0.1:9000/a", "http://127.0.0.1:09000x/a"),
    "https://cdn.example.com/" + "a" * 9_000,
)


def test_the_table_is_long() -> None:
    assert len(HOSTILE) == len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(ForbiddenUrlError) as refused:
        HOSTS.target(url)
    assert "evil" not in refused.value.message
    assert "127" not in refused.value.message


@pytest.mark.parametrize("url", [url for url in HOSTILE if not url.startswith("http://127.0.0.1:9000")])
def test_nothing_is_allowed_without_a_list(url: str) -> None:
    with pytest.raises(ForbiddenUrlError):
        AllowedHosts(()).target(url)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://cdn.example.com/a.jpg", "cdn.example.com", 443),
        ("https://cdn.example.com", "cdn.example.com", 443),
        ("https://cdn.example.com?a=1", "cdn.example.com", 443),
        ("https://cdn.example.com:443/a.jpg", "cdn.example.com", 443),
        ("HTTPS://CDN.Example.COM/A.jpg?X=%2F&y=1+1", "cdn.example.com", 443),
        ("https://a.media.example.net/b//c/../d", "a.media.example.net", 443),
        ("https://a.b.media.example.net/", "a.b.media.example.net", 443),
        ("http://127.0.0.1:9000/bucket/a.jpg", "127.0.0.1", 9000),
    ],
)
def test_a_plain_url_of_a_listed_host_is_taken(url: str, host: str, port: int) -> None:
    target = HOSTS.target(url)
    assert (target.host, target.port) == (host, port)
    assert target.local == url.startswith("http:")


def test_paths_are_left_as_they_are() -> None:
    """Signatures cover them."""
    assert HOSTS.target("https://cdn.example.com/A%2fb?S=%2B").url == "https://cdn.example.com/A%2fb?S=%2B"


@pytest.mark.parametrize(
    "entry",
    [
        *(
            "",
            ".",
            "com",
            ".com",
            "*.example.com",
            "https://cdn.example.com",
            "http://10.0.0.1:80",
            "localhost",
        ),
        *("127.0.0.1", "http://127.0.0.1", "cdn.example.com/", "cdn.example.com:443", "cdn.internal", "::1"),
    ],
)
def test_a_list_that_says_too_much_is_refused(entry: str) -> None:
    with pytest.raises(ConfigurationError):
        AllowedHosts([entry])


ANYWHERE = AnyPublicHost(
    local_origins=["http://127.0.0.1:9000"], own_hosts=["Workers.Example.net"], https_ports=[443, 8443]
)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://hooks.example.org", "hooks.example.org", 443),
        ("https://hooks.example.org:443/a?b=c", "hooks.example.org", 443),
        ("HTTPS://Hooks.Example.org:8443/A", "hooks.example.org", 8443),
        ("https://a.b.c.example.co.uk/", "a.b.c.example.co.uk", 443),
        ("http://127.0.0.1:9000/a", "127.0.0.1", 9000),
    ],
)
def test_a_plain_url_of_any_public_host_is_taken(url: str, host: str, port: int) -> None:
    target = ANYWHERE.target(url)
    assert (target.host, target.port, target.local) == (host, port, url.startswith("http:"))


@pytest.mark.parametrize(
    "url",
    [
        *("https://hooks.example.org:8080/", "https://hooks.example.org:22/", "http://hooks.example.org/"),
        *("https://workers.example.net/api/jobs", "https://WORKERS.EXAMPLE.NET:8443/", "https://hooks/"),
        *(
            "https://hooks.internal/",
            "https://hooks.local/",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
        ),
        *("http://127.0.0.1:9001/", "http://localhost:9000/", "https://127.0.0.1:9000/", "https://a@b.com/"),
        *("https://hooks.example.org/#a", "https://hooks.example.org./", "https://xn--a.example.org/"),
    ],
)
def test_any_public_host_is_not_any_url(url: str) -> None:
    with pytest.raises(ForbiddenUrlError):
        ANYWHERE.target(url)


@pytest.mark.parametrize(
    "origin", ["", "http://127.0.0.1", "https://127.0.0.1:9000", "http://10.0.0.1:9000", "127.0.0.1:9000"]
)
def test_what_is_no_local_origin_is_refused(origin: str) -> None:
    with pytest.raises(ConfigurationError):
        AnyPublicHost(local_origins=[origin])
