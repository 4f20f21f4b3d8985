"""Batch transcription over Azure's REST API: submitted, and fetched when it is ready.

Azure promises a start within half an hour and an end within a day, and asks not to be polled more than once
a minute. A transcription carries our own name, so that one whose id was lost in a crash is found again
instead of being paid twice.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from shared.speech.answers import batch_text
from shared.speech.connection import SpeechConnection, refused
from shared.speech.languages import candidates
from shared.speech.port import SpokenText, TranscriptionFailedError

logger = logging.getLogger(__name__)

#: When Azure deletes a transcription that we did not: its queue may take a day.
TIME_TO_LIVE_HOURS = 48
#: Azure's limit on languages to tell apart.
MAX_LANGUAGES = 10

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_PAGE = 100
#: Names are unique but for crashes; a service that returns pages for ever is not followed for ever.
_MAX_PAGES = 20
_TRANSCRIPTIONS = "/transcriptions"


class AzureBatchTranscriber:
    """Azure Speech's batch transcription."""

    def __init__(self, connection: SpeechConnection, *, time_to_live_hours: int = TIME_TO_LIVE_HOURS) -> None:
        self._connection = connection
        self._time_to_live_hours = time_to_live_hours

    async def submit(self, name: str, sound_url: str, *, seconds: float, languages: Sequence[str]) -> str:
        """See `BatchTranscriber.submit`."""
        del seconds  # the service measures
        if found := await self._submitted(name):
            logger.info("A transcription was submitted before", extra={"transcription": found})
            return found
        order = _order(name, sound_url, languages, self._time_to_live_hours)
        answer = await self._connection.ask("POST", f"{_TRANSCRIPTIONS}:submit", body=order)
        if answer.status != HTTPStatus.CREATED or not (new := transcription_id(answer.json())):
            raise refused(answer)
        return new

    async def result(self, transcription_id: str) -> SpokenText | None:
        """See `BatchTranscriber.result`."""
        transcription = await self._transcription(transcription_id)
        if transcription is None:
            raise TranscriptionFailedError("The speech service no longer knows the transcription.")
        status = transcription.get("status")
        if status == "Failed":
            raise _failure(transcription.get("properties"))
        return await self._words(transcription_id) if status == "Succeeded" else None

    async def forget(self, transcription_id: str) -> None:
        """See `BatchTranscriber.forget`."""
        answer = await self._connection.ask("DELETE", _path(transcription_id))
        if answer.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            raise refused(answer)

    async def name_of(self, transcription_id: str) -> str | None:
        """See `BatchTranscriber.name_of`."""
        transcription = await self._transcription(transcription_id)
        name = transcription.get("displayName") if transcription else None
        return name if isinstance(name, str) else None

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.close()

    async def _transcription(self, transcription_id: str) -> Mapping[str, Any] | None:
        answer = await self._connection.ask("GET", _path(transcription_id))
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        found = answer.json() if answer.status == HTTPStatus.OK else None
        if not isinstance(found, Mapping):
            raise refused(answer)
        return found

    async def _submitted(self, name: str) -> str | None:
        """Return the id of a transcription of this name that did not fail; delete those that did."""
        async for transcription in self._named(name):
            found = transcription_id(transcription)
            if found and transcription.get("status") != "Failed":
                return found
            if found:
                await self.forget(found)
        return None

    async def _named(self, name: str) -> AsyncIterator[Mapping[str, Any]]:
        filtered = {"filter": "displayName eq '{}'".format(name.replace("'", "''")), "top": str(_PAGE)}
        for page in range(_MAX_PAGES):
            query = {**filtered, "skip": str(page * _PAGE)}
            answer = await self._connection.ask("GET", _TRANSCRIPTIONS, query=query)
            listed = _values(answer.json()) if answer.status == HTTPStatus.OK else None
            if listed is None:
                raise refused(answer)
            for transcription in listed:
                # A service that did not understand the filter returns everybody's.
                if transcription.get("displayName") == name:
                    yield transcription
            if len(listed) < _PAGE:
                return

    async def _words(self, transcription_id: str) -> SpokenText:
        listing = await self._connection.ask("GET", f"{_path(transcription_id)}/files")
        files = _values(listing.json()) if listing.status == HTTPStatus.OK else None
        if files is None:
            raise refused(listing)
        for file in files:
            if file.get("kind") == "Transcription" and (url := _content_url(file)):
                answer = await self._connection.fetch(url)
                if answer.status == HTTPStatus.OK and (spoken := batch_text(answer.json())):
                    return spoken
                raise refused(answer)
        raise await self._reported(files)

    async def _reported(self, files: Sequence[Mapping[str, Any]]) -> TranscriptionFailedError:
        """Return why a transcription that succeeded has no words: its report says what became of the file."""
        for file in files:
            if file.get("kind") == "TranscriptionReport" and (url := _content_url(file)):
                answer = await self._connection.fetch(url)
                report = answer.json() if answer.status == HTTPStatus.OK else None
                details = report.get("details") if isinstance(report, Mapping) else None
                for detail in details if isinstance(details, list) else ():
                    if isinstance(detail, Mapping) and detail.get("status") == "Failed":
                        return _failed(detail.get("errorKind"))
        return TranscriptionFailedError()


def transcription_id(transcription: Any) -> str | None:
    """Return the id at the end of what Azure calls a transcription's `self`."""
    link = transcription.get("self") if isinstance(transcription, Mapping) else None
    found = link.partition("?")[0].rstrip("/").rpartition("/")[2] if isinstance(link, str) else ""
    return found if _ID.fullmatch(found) else None


def _order(name: str, sound_url: str, languages: Sequence[str], hours: int) -> dict[str, Any]:
    locales = candidates(languages, MAX_LANGUAGES)
    properties: dict[str, Any] = {
        "timeToLiveHours": hours,
        "wordLevelTimestampsEnabled": True,
        "channels": [0],
        # Creators write their captions themselves, and asterisks help nobody.
        "profanityFilterMode": "None",
        "punctuationMode": "DictatedAndAutomatic",
    }
    if len(locales) > 1:
        properties["languageIdentification"] = {"candidateLocales": locales, "mode": "Continuous"}
    return {
        "displayName": name,
        "contentUrls": [sound_url],
        "locale": locales[0],
        "properties": properties,
    }


def _path(transcription_id: str) -> str:
    if not _ID.fullmatch(transcription_id):
        raise TranscriptionFailedError("That is no id of a transcription.")
    return f"{_TRANSCRIPTIONS}/{transcription_id}"


def _values(listing: Any) -> list[Mapping[str, Any]] | None:
    values = listing.get("values") if isinstance(listing, Mapping) else None
    if not isinstance(values, list):
        return None
    return [value for value in values if isinstance(value, Mapping)]


def _content_url(file: Mapping[str, Any]) -> str | None:
    links = file.get("links")
    url = links.get("contentUrl") if isinstance(links, Mapping) else None
    return url if isinstance(url, str) else None


def _failure(properties: Any) -> TranscriptionFailedError:
    error = properties.get("error") if isinstance(properties, Mapping) else None
    return _failed(error.get("code") if isinstance(error, Mapping) else None)


def _failed(code: Any) -> TranscriptionFailedError:
    """Return our error for the service's code; its message may quote the sound's URL."""
    if isinstance(code, str) and re.fullmatch(r"\w{1,60}", code):
        return TranscriptionFailedError(f"The sound could not be transcribed ({code}).")
    return TranscriptionFailedError()
