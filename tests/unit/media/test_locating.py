"""Which URLs lead to a video of ours, and that no other does."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.errors import ForbiddenUrlError
from shared.media.locating import VideoLocator
from shared.storage.port import ObjectLocation

BUCKET = "huntaze-content"
HOST = f"{BUCKET}.s3.us-east-2.amazonaws.com"


@pytest.fixture(scope="module")
def locator() -> VideoLocator:
    return VideoLocator(
        buckets=[BUCKET, "huntaze.archive"],
        region="us-east-2",
        distributions={"d111111abcdef8.cloudfront.net": BUCKET, "media.huntaze.com": "huntaze.archive"},
        endpoint_url="http://127.0.0.1:5000",
    )


@pytest.mark.parametrize(
    "url",
    [
        f"https://{HOST}/creators/7/clip.mp4",
        f"HTTPS://{HOST.upper()}/creators/7/clip.mp4",
        f"https://{BUCKET}.s3.amazonaws.com/creators/7/clip.mp4",
        f"https://{BUCKET}.s3-us-east-2.amazonaws.com/creators/7/clip.mp4",
        f"https://{BUCKET}.s3.dualstack.us-east-2.amazonaws.com/creators/7/clip.mp4",
        f"https://{BUCKET}.s3-accelerate.amazonaws.com/creators/7/clip.mp4",
        f"https://{BUCKET}.s3-accelerate.dualstack.amazonaws.com/creators/7/clip.mp4",
        f"https://s3.us-east-2.amazonaws.com/{BUCKET}/creators/7/clip.mp4",
        f"https://s3.dualstack.us-east-2.amazonaws.com/{BUCKET}/creators/7/clip.mp4",
        f"https://s3-us-east-2.amazonaws.com/{BUCKET}/creators/7/clip.mp4",
        f"https://s3.amazonaws.com/{BUCKET}/creators/7/clip.mp4",
        f"s3://{BUCKET}/creators/7/clip.mp4",
        "https://d111111abcdef8.cloudfront.net/creators/7/clip.mp4",
        "https://D111111ABCDEF8.cloudfront.net/creators/7/clip.mp4",
        f"http://127.0.0.1:5000/{BUCKET}/creators/7/clip.mp4",
        f"https://{HOST}/creators/7/clip.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=ab%2Fcd&x-id=GetObject",
        f"https://{HOST}/creators/7/clip.mp4?",
        f"https://{HOST}/creators%2F7/clip.mp4",
        f"https://{HOST}/%63reators/7/clip.mp4",
    ],
)
def test_every_form_of_a_url_leads_to_the_same_object(locator: VideoLocator, url: str) -> None:
    assert locator.locate(url) == ObjectLocation(bucket=BUCKET, key="creators/7/clip.mp4")


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("my%20clip.mp4", "my clip.mp4"),
        ("clip+1.mp4", "clip+1.mp4"),
        ("clip%2B1.mp4", "clip+1.mp4"),
        ("100%25.mp4", "100%.mp4"),
        ("%25252e.mp4", "%252e.mp4"),
        ("%C3%A9t%C3%A9.mp4", "été.mp4"),
        ("a//b.mp4", "a//b.mp4"),
        ("...mp4", "...mp4"),
        ("%F0%9F%8E%A5.mp4", "🎥.mp4"),
        ("what%3F.mp4", "what?.mp4"),
        ("no%231.mp4", "no#1.mp4"),
    ],
)
def test_paths_are_decoded_exactly_once(locator: VideoLocator, path: str, key: str) -> None:
    assert locator.locate(f"https://{HOST}/{path}").key == key


def test_a_version_is_kept(locator: VideoLocator) -> None:
    url = f"https://{HOST}/clip.mp4?X-Amz-Expires=60&versionId=3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH_Y-"
    assert locator.locate(url).version == "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH_Y-"


def test_an_s3_uri_is_taken_literally(locator: VideoLocator) -> None:
    assert locator.locate(f"s3://{BUCKET}/50%25 été?.mp4").key == "50%25 été?.mp4"


def test_a_distribution_serves_its_own_bucket(locator: VideoLocator) -> None:
    assert locator.locate("https://media.huntaze.com/clip.mp4").bucket == "huntaze.archive"


HOSTILE = [
    "",
    " ",
    "clip.mp4",
    "/etc/passwd",
    "file:///etc/passwd",
    f"file://{BUCKET}/clip.mp4",
    f"ftp://{HOST}/clip.mp4",
    f"gopher://{HOST}/clip.mp4",
    f"//{HOST}/clip.mp4",
    "data:video/mp4;base64,AAAA",
    f"concat:https://{HOST}/clip.mp4|/etc/passwd",
    f"jar:https://{HOST}/clip.mp4",
    # plain http
    f"http://{HOST}/clip.mp4",
    "http://d111111abcdef8.cloudfront.net/clip.mp4",
    # other hosts
    "https://example.com/clip.mp4",
    "https://169.254.169.254/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/",
    "http://168.63.129.16/machine",
    "https://127.0.0.1/clip.mp4",
    "https://0x7f000001/clip.mp4",
    "https://2130706433/clip.mp4",
    "https://[::1]/clip.mp4",
    "https://localhost/clip.mp4",
    f"http://127.0.0.1/{BUCKET}/clip.mp4",
    f"http://127.0.0.1:5001/{BUCKET}/clip.mp4",
    f"https://127.0.0.1:5000/{BUCKET}/clip.mp4",
    f"http://127.0.0.1:5000@evil.example/{BUCKET}/clip.mp4",
    f"http://localhost:5000/{BUCKET}/clip.mp4",
    # other buckets, regions, partitions and services
    "https://other-bucket.s3.us-east-2.amazonaws.com/clip.mp4",
    f"https://{BUCKET}-evil.s3.us-east-2.amazonaws.com/clip.mp4",
    f"https://evil.{HOST}/clip.mp4",
    f"https://{BUCKET}.s3.eu-west-1.amazonaws.com/clip.mp4",
    f"https://{BUCKET}.s3.cn-north-1.amazonaws.com.cn/clip.mp4",
    f"https://{BUCKET}.s3-website.us-east-2.amazonaws.com/clip.mp4",
    f"https://{BUCKET}.s3-object-lambda.us-east-2.amazonaws.com/clip.mp4",
    "https://s3.us-east-2.amazonaws.com/other-bucket/clip.mp4",
    "https://s3.us-east-2.amazonaws.com/clip.mp4",
    f"https://s3.us-east-2.amazonaws.com/{BUCKET}",
    f"https://s3.us-east-2.amazonaws.com/{BUCKET}%2Fclip.mp4",
    f"https://s3.us-east-2.amazonaws.com//{BUCKET}/clip.mp4",
    f"https://s3.us-east-2.amazonaws.com/{BUCKET.upper()}/clip.mp4",
    "s3://other-bucket/clip.mp4",
    f"S3://{BUCKET}/clip.mp4",
    f"s3://user@{BUCKET}/clip.mp4",
    f"s3://{BUCKET}:80/clip.mp4",
    f"s3:///{BUCKET}/clip.mp4",
    "https://d222222abcdef8.cloudfront.net/clip.mp4",
    "https://x.d111111abcdef8.cloudfront.net/clip.mp4",
    # hosts that only look right
    f"https://{HOST}.evil.example/clip.mp4",
    f"https://{HOST}./clip.mp4",
    f"https://{HOST}:443/clip.mp4",
    f"https://{HOST}:8443/clip.mp4",
    f"https://{HOST}@evil.example/clip.mp4",
    f"https://evil.example@{HOST}/clip.mp4",
    f"https://user:secret@{HOST}/clip.mp4",
    f"https://evil.example\\@{HOST}/clip.mp4",
    f"https://{HOST}\\@evil.example/clip.mp4",
    f"https:\\\\{HOST}\\clip.mp4",
    f"https:/{HOST}/clip.mp4",
    f"https:///{HOST}/clip.mp4",
    f"https://evil.example#{HOST}/clip.mp4",
    f"https://evil.example?{HOST}/clip.mp4",
    f"https://evil.example;{HOST}/clip.mp4",
    f"https://169.254.169.254\0.{HOST}/clip.mp4",
    f"https://{HOST}%00.evil.example/clip.mp4",
    f"https://{HOST}%2eevil.example/clip.mp4",
    f"https://{HOST.replace('.', '。')}/clip.mp4",
    f"https://{HOST.replace('.', '%2e')}/clip.mp4",
    f"https://{HOST.replace('e', 'е')}/clip.mp4",  # noqa: RUF001 - the attack is the Cyrillic letter
    f"https://{HOST.replace('s3', 'ſ3')}/clip.mp4",  # noqa: RUF001 - long s, which case folding makes an s
    f"https://{HOST.replace('2', '²')}/clip.mp4",
    "https://xn--huntaze-content-abc.s3.us-east-2.amazonaws.com/clip.mp4",
    f"https://①②⑦.⓪.⓪.①/{BUCKET}/clip.mp4",
    f"https://\u202e{HOST}/clip.mp4",
    f"https://{HOST}\u200b/clip.mp4",
    # white space and control characters
    f" https://{HOST}/clip.mp4",
    f"https://{HOST}/clip.mp4 ",
    f"https://{HOST}/clip.mp4\n",
    f"https://{HOST}/clip.mp4\r\nHost: evil.example",
    f"https://{HOST}/cl\tip.mp4",
    f"https://{HOST}/clip.mp4\0",
    f"https://{HOST}/clip%00.mp4",
    f"https://{HOST}/clip%0d%0aX: y",
    f"https://{HOST}/clip%0D%0A.mp4",
    f"https://{HOST}/clip%7F.mp4",
    f"https://{HOST}/clip%C2%85.mp4",
    f"https://{HOST}/%E2%80%AE4pm.mp4",
    f"s3://{BUCKET}/clip\n.mp4",
    f"s3://{BUCKET}/clip\0.mp4",
    f"s3://{BUCKET}/\udcff.mp4",
    # paths
    f"https://{HOST}",
    f"https://{HOST}/",
    f"https://{HOST}/folder/",
    f"https://{HOST}?versionId=1",
    f"https://{HOST}/../clip.mp4",
    f"https://{HOST}/a/../../clip.mp4",
    f"https://{HOST}/a/%2e%2e/clip.mp4",
    f"https://{HOST}/a/.%2e/clip.mp4",
    f"https://{HOST}/a%2f..%2fclip.mp4",
    f"https://{HOST}/a/%252e%252e/clip.mp4",
    f"https://{HOST}/./clip.mp4",
    f"https://{HOST}/..%5c..%5cclip.mp4",
    f"https://{HOST}/a\\b.mp4",
    f"https://s3.us-east-2.amazonaws.com/{BUCKET}/../other-bucket/clip.mp4",
    f"https://s3.us-east-2.amazonaws.com/other-bucket/../{BUCKET}/clip.mp4",
    f"s3://{BUCKET}/../other-bucket/clip.mp4",
    f"s3://{BUCKET}/",
    f"s3://{BUCKET}",
    f"https://{HOST}/%",
    f"https://{HOST}/%zz.mp4",
    f"https://{HOST}/%C0%AF.mp4",
    f"https://{HOST}/%ED%A0%80.mp4",
    f"https://{HOST}/%FF.mp4",
    f"https://{HOST}/été.mp4",
    f"https://{HOST}/clip.mp4#fragment",
    f"https://{HOST}/<clip>.mp4",
    f"https://{HOST}/clip.mp4?versionId=",
    f"https://{HOST}/clip.mp4?versionId=a&versionId=b",
    f"https://{HOST}/clip.mp4?versionId=a%0d%0ab",
    f"https://{HOST}/" + "a" * 1025,
    f"https://{HOST}/" + "a/" * 5000 + "clip.mp4",
]


@pytest.mark.parametrize("url", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_url_is_refused_unquoted(locator: VideoLocator, url: str) -> None:
    with pytest.raises(ForbiddenUrlError) as refusal:
        locator.locate(url)
    words = {word for word in url.replace("/", " ").split() if len(word) > 5}
    assert not any(word in refusal.value.message for word in words)


def test_another_endpoint_is_unknown_unless_configured() -> None:
    locator = VideoLocator(buckets=[BUCKET], region="us-east-2")
    with pytest.raises(ForbiddenUrlError):
        locator.locate(f"http://127.0.0.1:5000/{BUCKET}/clip.mp4")


_KEYS = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"], exclude_characters="\\"), min_size=1
)


@given(key=_KEYS)
def test_every_ordinary_key_survives_the_way_through_a_url(locator: VideoLocator, key: str) -> None:
    assume(not key.endswith("/") and len(key.encode()) <= 1024)
    assume(
        not any(segment.replace("%2e", ".").replace("%2E", ".") in {".", ".."} for segment in key.split("/"))
    )
    location = locator.locate(f"https://{HOST}/{quote(key, safe='/')}")
    assert location == ObjectLocation(bucket=BUCKET, key=key)
    assert locator.locate(f"s3://{BUCKET}/{key}") == location


_PIECES = [
    *("https://", "http://", "s3://", HOST, BUCKET, "s3.amazonaws.com", "evil.example", "127.0.0.1:5000"),
    *("/", "//", "\\", "@", ":", "?", "#", "..", ".", "%2e", "%2f", "%00", "\0", "\n", " ", "é", "clip.mp4"),
    *("versionId=1", "&", "%", ";", "d111111abcdef8.cloudfront.net", "[::1]", "\u202e"),
]


@given(pieces=st.lists(st.sampled_from(_PIECES), max_size=9))
def test_whatever_is_understood_lies_in_a_configured_bucket(locator: VideoLocator, pieces: list[str]) -> None:
    url = "".join(pieces)
    try:
        location = locator.locate(url)
    except ForbiddenUrlError:
        return
    assert location.bucket in {BUCKET, "huntaze.archive"}
    assert location.key.isprintable()
    assert not {".", ".."} & set(location.key.split("/"))
    origin = url.partition("://")[2].partition("/")[0].partition("?")[0].lower()
    assert origin in {HOST, BUCKET, "s3.amazonaws.com", "127.0.0.1:5000", "d111111abcdef8.cloudfront.net"}


@given(url=st.text())
def test_no_text_makes_it_stumble(locator: VideoLocator, url: str) -> None:
    with pytest.raises(ForbiddenUrlError):
        locator.locate(url)
