"""What each kind of job takes: the published fields, no fewer, and unknown ones as they come."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from docs.contracts.catalogue import MESSAGES, job_contracts
from docs.contracts.examples import JOBS
from shared.contracts import PUBLISHED_JOB_TYPES, JobType
from workers.content_suggestions.messages import ContentType, Tone

#: The required fields of each payload, with the least that they take.
LEAST: dict[JobType, dict[str, Any]] = {
    JobType.VIDEO_ANALYSIS: {"videoUrl": "https://example.com/v.mp4"},
    JobType.CHAT_SUGGEST: {"fanMessage": "Hey"},
    JobType.CONTENT_SUGGEST: {"platform": "onlyfans", "contentType": "post"},
    JobType.CONTENT_ANALYZE: {"contentType": "photo"},
}
#: Every field that the front end was promised.
PUBLISHED = {
    JobType.VIDEO_ANALYSIS: {"videoUrl", "videoId", "metadata"},
    JobType.CHAT_SUGGEST: {"fanMessage", "context", "conversationId", "fanId"},
    JobType.CONTENT_SUGGEST: {"platform", "contentType", "tone", "topic", "preferences"},
    JobType.CONTENT_ANALYZE: {
        *("contentId", "contentType", "contentUrl", "analysisType", "text", "caption", "metrics", "metadata"),
    },
}
NULLABLE = [
    (JobType.VIDEO_ANALYSIS, "videoId"),
    (JobType.VIDEO_ANALYSIS, "metadata"),
    (JobType.CHAT_SUGGEST, "conversationId"),
    (JobType.CHAT_SUGGEST, "fanId"),
    (JobType.CONTENT_SUGGEST, "tone"),
    (JobType.CONTENT_SUGGEST, "topic"),
    (JobType.CONTENT_SUGGEST, "preferences"),
    (JobType.CONTENT_ANALYZE, "contentId"),
    (JobType.CONTENT_ANALYZE, "analysisType"),
    (JobType.CONTENT_ANALYZE, "contentUrl"),
    (JobType.CONTENT_ANALYZE, "text"),
    (JobType.CONTENT_ANALYZE, "caption"),
    (JobType.CONTENT_ANALYZE, "metrics"),
    (JobType.CONTENT_ANALYZE, "metadata"),
]


def _read(job_type: JobType, payload: dict[str, Any]) -> dict[str, Any]:
    return MESSAGES[job_type][0].model_validate(payload).model_dump(by_alias=True, mode="json")


@pytest.mark.parametrize("job_type", PUBLISHED_JOB_TYPES)
def test_the_published_fields_are_the_models(job_type: JobType) -> None:
    """Under their published names, no fewer and no more."""
    payload = MESSAGES[job_type][0]
    assert {str(field.alias) for field in payload.model_fields.values()} == PUBLISHED[job_type]


@pytest.mark.parametrize("job_type", PUBLISHED_JOB_TYPES)
def test_the_least_is_enough(job_type: JobType) -> None:
    """Optional fields may be absent."""
    read = _read(job_type, LEAST[job_type])
    assert {name: read[name] for name in LEAST[job_type]} == LEAST[job_type]


@pytest.mark.parametrize(
    ("job_type", "name"), [(job, name) for job, fields in LEAST.items() for name in fields]
)
def test_a_required_field_is_missed(job_type: JobType, name: str) -> None:
    """The refusal names it as the front end knows it."""
    payload = {key: value for key, value in LEAST[job_type].items() if key != name}
    with pytest.raises(ValidationError) as refused:
        _read(job_type, payload)
    assert [problem["loc"] for problem in refused.value.errors()] == [(name,)]


@pytest.mark.parametrize(
    ("job_type", "name"), [(job, name) for job, fields in LEAST.items() for name in fields]
)
@pytest.mark.parametrize("value", ["", None, 5, [], {}])
def test_a_required_field_is_a_text_with_something_in_it(job_type: JobType, name: str, value: object) -> None:
    """Numbers are not turned into texts: that would hide a mistake of the front end."""
    with pytest.raises(ValidationError):
        _read(job_type, {**LEAST[job_type], name: value})


@pytest.mark.parametrize(("job_type", "name"), NULLABLE)
def test_null_is_the_same_as_absent(job_type: JobType, name: str) -> None:
    """JavaScript sends either."""
    assert _read(job_type, {**LEAST[job_type], name: None}) == _read(job_type, LEAST[job_type])


@pytest.mark.parametrize("job_type", PUBLISHED_JOB_TYPES)
def test_unknown_fields_are_kept(job_type: JobType) -> None:
    """A newer front end may say more."""
    assert _read(job_type, {**LEAST[job_type], "from2027": [1]})["from2027"] == [1]


@pytest.mark.parametrize("job_type", PUBLISHED_JOB_TYPES)
def test_the_published_example_is_read_without_loss(job_type: JobType) -> None:
    """Everything in it is still there when it is written again."""
    example = JOBS[job_type]["payload"]
    assert example.keys() <= _read(job_type, example).keys()


def test_content_types_and_tones_are_the_published_ones() -> None:
    """In the published order."""
    assert list(ContentType) == ["post", "message", "ppv", "story", "photo", "video"]
    assert list(Tone) == ["seductive", "playful", "romantic", "bold", "mysterious"]


@pytest.mark.parametrize(
    ("name", "value"), [("contentType", "reel"), ("contentType", "Post"), ("tone", "angry")]
)
def test_another_content_type_or_tone_is_refused(name: str, value: str) -> None:
    """The refusal lists what would have been taken."""
    with pytest.raises(ValidationError, match=r"'(playful|post)'"):
        _read(JobType.CONTENT_SUGGEST, {**LEAST[JobType.CONTENT_SUGGEST], name: value})


@pytest.mark.parametrize("value", [7, "7"])
def test_the_front_ends_identifiers_come_back_as_they_came(value: object) -> None:
    """They are for its own use."""
    read = _read(JobType.VIDEO_ANALYSIS, {**LEAST[JobType.VIDEO_ANALYSIS], "videoId": value})
    assert read["videoId"] == value


@pytest.mark.parametrize(
    "payload",
    [
        {"contentType": "photo", "contentUrl": "https://example.com/p.jpg"},
        {"contentType": "photo", "contentUrl": "https://example.com/p.jpg", "caption": "", "text": None},
        {
            "contentType": "post",
            "text": "Good morning!",
            "metrics": {"views": "1200", "past": [{"views": 9}]},
        },
        {"contentType": "post", "caption": "Good morning!", "metrics": [{"views": 9, "likes": None}]},
    ],
)
def test_content_is_a_url_or_a_text_or_both(payload: dict[str, Any]) -> None:
    """What the front end published first, a URL, is taken as ever."""
    assert payload.items() <= _read(JobType.CONTENT_ANALYZE, payload).items()


@pytest.mark.parametrize(
    ("name", "value"),
    [("contentUrl", ""), ("contentUrl", 5), ("text", 5), ("caption", []), ("metrics", 5), ("metadata", "x")],
)
def test_content_of_another_form_is_refused(name: str, value: object) -> None:
    """Numbers are not turned into texts."""
    with pytest.raises(ValidationError):
        _read(JobType.CONTENT_ANALYZE, {**LEAST[JobType.CONTENT_ANALYZE], name: value})


def test_every_kind_of_job_is_published_with_its_worker() -> None:
    """The worker's package is where the messages are."""
    assert {job.job_type: job.package for job in job_contracts()} == {
        JobType.VIDEO_ANALYSIS: "video_analysis",
        JobType.CHAT_SUGGEST: "chat_suggestions",
        JobType.CONTENT_SUGGEST: "content_suggestions",
        JobType.CONTENT_ANALYZE: "content_analysis",
    }
