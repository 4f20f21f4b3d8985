"""Each kind of notice in words: what happened, what it means, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shared.mail.content import Card, Tone
from shared.mail.letters import Told
from shared.mail.links import FrontEnd
from shared.mail.notices import NoticeKind
from shared.mail.wording import Words

_MAX_LINE = 280
_MAX_IDEAS = 3
#: What an alert counts, as far as it does.
_FIGURES = ("count", "oldest_seconds", "failed", "finished", "percent")


def card_of(told: Told, words: Words, front_end: FrontEnd) -> Card:
    """Return a notice as a card."""
    match told.kind:
        case NoticeKind.COMPLETED:
            return _completed(told.body, words, front_end)
        case NoticeKind.FAILED:
            return _failed(told.body, words, front_end)
        case NoticeKind.ENDPOINT_DISABLED:
            return _endpoint_disabled(told.body, words, front_end)
        case NoticeKind.ALERT | NoticeKind.CLEARED:
            return _alert(told, words, front_end)
        case _:
            return _budget(told.body, words, front_end)


def lead_of(told: Told, words: Words) -> str:
    """Return the sentence under the headline of a letter that tells one thing only."""
    if told.kind != NoticeKind.COMPLETED:
        return ""
    name = f"{told.body['jobType']}.lead"
    return words(name if words.has(name) else "job.lead")


def tone_of(told: Told) -> Tone:
    """Return whether it is good news."""
    if told.kind in {NoticeKind.COMPLETED, NoticeKind.CLEARED}:
        return "good"
    return "bad" if told.kind in {NoticeKind.FAILED, NoticeKind.ALERT} else "warn"


def _completed(body: Mapping[str, Any], words: Words, front_end: FrontEnd) -> Card:
    summary = body.get("summary")
    return Card(
        tone="good",
        tag=words("tag.done"),
        title=_title(body, words, "title", "job.title"),
        lines=(shortened(summary),) if summary else (),
        facts=tuple(_facts(body, words)),
        url=front_end.job(body["jobId"]),
        action=words("look"),
    )


def _facts(body: Mapping[str, Any], words: Words) -> Iterator[tuple[str, str]]:
    if (seconds := body.get("durationSeconds")) is not None:
        yield words("fact.duration"), f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
    if (scenes := body.get("scenes")) is not None:
        yield words("fact.scenes"), words.number(scenes)
    if (hook := body.get("hook")) is not None:
        yield words("fact.hook"), words("fact.out_of", value=words.number(hook, 1), most=10)
    if (score := body.get("score")) is not None:
        yield words("fact.score"), words("fact.out_of", value=words.number(score), most=100)
    if advice := body.get("advice"):
        yield words("fact.advice"), shortened(advice)
    if ideas := body.get("ideas"):
        yield words("fact.ideas"), " · ".join(shortened(idea, 80) for idea in ideas[:_MAX_IDEAS])


def _failed(body: Mapping[str, Any], words: Words, front_end: FrontEnd) -> Card:
    why = f"why.{body.get('code')}"
    return Card(
        tone="bad",
        tag=words("tag.failed"),
        title=_title(body, words, "failed", "job.failed"),
        lines=(words(why if words.has(why) else "why.other"),),
        url=front_end.job(body["jobId"]),
        action=words("open"),
        reference=words("reference", reference=f"{body['jobId']} · {body.get('code')}"),
    )


def _endpoint_disabled(body: Mapping[str, Any], words: Words, front_end: FrontEnd) -> Card:
    return Card(
        tone="warn",
        tag=words("tag.paused"),
        title=words("endpoint.disabled.title"),
        lines=(
            words("endpoint.disabled.lead", host=shortened(body["host"], 100)),
            words("endpoint.disabled.lead2"),
        ),
        url=front_end.settings,
        action=words("endpoint.disabled.action"),
    )


def _budget(body: Mapping[str, Any], words: Words, front_end: FrontEnd) -> Card:
    mark = body["mark"]
    return Card(
        tone="warn",
        tag=words("tag.alert"),
        title=words(f"budget.title.{mark}"),
        lines=(words(f"budget.lead.{mark}"),),
        facts=(
            (words("fact.spent"), words.dollars(body["spent"])),
            (words("fact.budget"), words.dollars(body["budget"])),
            (words("fact.month"), body["month"]),
        ),
        url=front_end.home,
        action=words("open"),
    )


def _alert(told: Told, words: Words, front_end: FrontEnd) -> Card:
    body, cleared = told.body, told.kind == NoticeKind.CLEARED
    subject = shortened(str(body["subject"]), 100)
    return Card(
        tone=tone_of(told),
        tag=words("tag.well" if cleared else "tag.wrong"),
        title=words(f"alert.{body['event']}.{'cleared' if cleared else 'title'}", subject=subject),
        lines=() if cleared else (words(f"alert.{body['event']}.lead"),),
        facts=tuple((words(f"fact.{name}"), words.number(body[name])) for name in _FIGURES if name in body),
        url=front_end.home,
        action=words("open"),
    )


def _title(body: Mapping[str, Any], words: Words, suffix: str, otherwise: str) -> str:
    name = f"{body['jobType']}.{suffix}"
    return words(name if words.has(name) else otherwise)


def shortened(text: str, most: int = _MAX_LINE) -> str:
    """Return a text on one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
