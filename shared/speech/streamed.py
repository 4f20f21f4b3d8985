"""Recognition by the Speech SDK, for very short clips: a WAV file streamed over a web socket.

The SDK works in threads of its own, at about the speed of speech; at the deadline it is stopped, and not
waited for. It reads WAV files alone: for others it wants GStreamer, which the Functions image lacks.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.clock import Clock
from shared.errors import JobError, JobTimeoutError, NetworkError, RateLimitError, UnsupportedMediaError
from shared.speech.answers import TICKS_PER_SECOND, main_language
from shared.speech.choosing import STREAMED_MAX_LANGUAGES, STREAMED_MAX_SECONDS
from shared.speech.languages import candidates
from shared.speech.port import SpokenPhrase, SpokenText, Way

if TYPE_CHECKING:
    from pydantic import SecretStr


class SdkTranscriber:
    """Azure Speech through its SDK.

    Args:
        endpoint: such as `https://eastus2.api.cognitive.microsoft.com`.
        key: the resource's; when it is empty, Entra ID vouches for the app, and the endpoint has to be the
            resource's own domain.
        clock: the process' clock.
    """

    way = Way.STREAMED

    def __init__(self, *, endpoint: str, key: SecretStr, clock: Clock) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._key = key
        self._clock = clock

    async def transcribe(
        self, sound: Path, *, seconds: float, languages: Sequence[str], deadline: float
    ) -> SpokenText:
        """See `Transcriber.transcribe`; the sound has to be a WAV file of at most 15 seconds."""
        left = deadline - self._clock.monotonic()
        if left <= 0:
            raise JobTimeoutError
        if seconds > STREAMED_MAX_SECONDS or sound.suffix != ".wav":
            raise UnsupportedMediaError("Only WAV files of a few seconds are streamed.")
        phrases = await self._phrases(sound, candidates(languages, STREAMED_MAX_LANGUAGES), left)
        return SpokenText(
            text=" ".join(phrase.text for phrase in phrases),
            phrases=phrases,
            language=main_language(phrases),
            audio_seconds=seconds,
            way=Way.STREAMED,
        )

    async def _phrases(
        self, sound: Path, languages: Sequence[str], seconds: float
    ) -> tuple[SpokenPhrase, ...]:
        """Wait for a thread that recognises; when time is up it is told to end, and not waited for."""
        listener = _Listener(asyncio.get_running_loop())
        working = threading.Thread(
            target=self._listen, args=(listener, sound, languages), name="speech", daemon=True
        )
        working.start()
        try:
            async with asyncio.timeout(seconds):
                return await listener.outcome
        except TimeoutError:
            raise JobTimeoutError("The speech service did not answer in time.") from None
        finally:
            listener.ended.set()

    def _listen(self, listener: _Listener, sound: Path, languages: Sequence[str]) -> None:
        """Recognise in the calling thread until the sound ends or nobody wants to know any more."""
        try:
            recognizer = self._recognizer(sound, languages)
            recognizer.recognized.connect(listener.on_recognized)
            recognizer.canceled.connect(listener.on_canceled)
            recognizer.session_stopped.connect(listener.on_stopped)
            recognizer.start_continuous_recognition_async()
        except UnsupportedMediaError as error:
            return listener.tell(error)
        except (RuntimeError, ValueError):  # the SDK's words for what it was given, or misses on this machine
            return listener.tell(NetworkError("The Speech SDK could not be started."))
        listener.ended.wait()
        listener.tell(listener.error)
        return _stop(recognizer)

    def _recognizer(self, sound: Path, languages: Sequence[str]) -> Any:
        from azure.cognitiveservices import speech

        config = self._config()
        audio = speech.audio.AudioConfig(filename=str(sound))
        config.set_profanity(speech.ProfanityOption.Raw)
        try:
            if len(languages) == 1:
                return speech.SpeechRecognizer(config, audio, language=languages[0])
            detecting = speech.languageconfig.AutoDetectSourceLanguageConfig(languages=list(languages))
            return speech.SpeechRecognizer(
                config, audio_config=audio, auto_detect_source_language_config=detecting
            )
        except RuntimeError as error:  # the SDK's word for a file that it can't read
            raise UnsupportedMediaError("The sound is no WAV file.") from error

    def _config(self) -> Any:
        from azure.cognitiveservices import speech

        if key := self._key.get_secret_value():
            return speech.SpeechConfig(subscription=key, endpoint=self._endpoint)
        from azure.identity import DefaultAzureCredential

        return speech.SpeechConfig(token_credential=DefaultAzureCredential(), endpoint=self._endpoint)


class _Listener:
    """Collects what the SDK's threads tell, and tells it to the loop that waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.ended = threading.Event()
        self.phrases: list[SpokenPhrase] = []
        self.error: JobError | None = None
        self.outcome: asyncio.Future[tuple[SpokenPhrase, ...]] = loop.create_future()
        self._loop = loop

    def tell(self, error: JobError | None) -> None:
        """Let the waiting coroutine go on, if it still waits."""
        with suppress(RuntimeError):  # its loop is closed
            self._loop.call_soon_threadsafe(self._settle, error)

    def _settle(self, error: JobError | None) -> None:
        if self.outcome.done():
            return
        if error is not None:
            self.outcome.set_exception(error)
        else:
            self.outcome.set_result(tuple(self.phrases))

    def on_recognized(self, event: Any) -> None:
        from azure.cognitiveservices import speech

        result = event.result
        if result.reason == speech.ResultReason.RecognizedSpeech and result.text.strip():
            start = result.offset / TICKS_PER_SECOND
            detected = speech.PropertyId.SpeechServiceConnection_AutoDetectSourceLanguageResult
            self.phrases.append(
                SpokenPhrase(
                    start_seconds=start,
                    end_seconds=start + result.duration / TICKS_PER_SECOND,
                    text=result.text.strip(),
                    language=result.properties.get(detected) or None,
                )
            )

    def on_canceled(self, event: Any) -> None:
        from azure.cognitiveservices import speech

        details = event.cancellation_details
        if details.reason == speech.CancellationReason.Error:
            self.error = cancellation_error(details.code)
        self.ended.set()

    def on_stopped(self, _: Any) -> None:
        self.ended.set()


def cancellation_error(code: Any) -> JobError:
    """Return our error for the SDK's `CancellationErrorCode`; its text is not shown, it may quote a URL."""
    from azure.cognitiveservices.speech import CancellationErrorCode as Code

    if code == Code.TooManyRequests:
        return RateLimitError("The speech service is limiting our requests.")
    if code == Code.ServiceTimeout:
        return JobTimeoutError("The speech service did not answer in time.")
    if code in {Code.AuthenticationFailure, Code.Forbidden}:
        return NetworkError("The speech service refuses our key. Check AZURE_SPEECH_KEY.")
    if code == Code.BadRequest:
        return UnsupportedMediaError("The speech service refuses the sound.")
    if code == Code.ConnectionFailure:
        return NetworkError("The speech service could not be reached.")
    return NetworkError("The speech service is not available.")


def _stop(recognizer: Any) -> None:
    """Stop recognising; while the service is away the SDK may take twenty seconds over it."""
    with suppress(RuntimeError):  # it could not be stopped, because it never started
        recognizer.stop_continuous_recognition_async().get()
    for signal in (recognizer.recognized, recognizer.canceled, recognizer.session_stopped):
        signal.disconnect_all()
