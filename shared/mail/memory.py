"""The in-memory twin of a mailer."""

from __future__ import annotations

from uuid import UUID

from shared.errors import MailError, MailRefusedError
from shared.mail.headers import is_address
from shared.mail.port import Effect, Letter, Receipt


class MemoryMailer:
    """Keeps letters in this process: a `Mailer`.

    Args:
        effect: whether it recognises repetitions.
    """

    def __init__(self, effect: Effect | None = None) -> None:
        self._effect = effect or Effect(mailer="memory")
        #: Every mail that left, in order; a way that recognises nothing sends doubles.
        self.sent: list[Letter] = []
        #: What the next sends fail with, before anything leaves.
        self.failures: list[MailError] = []
        #: What the next sends fail with, after the mail has left.
        self.lost_answers: list[MailError] = []

    @property
    def effect(self) -> Effect:
        """See `Mailer.effect`."""
        return self._effect

    async def send(self, letter: Letter, *, again: bool = False) -> Receipt:
        """See `Mailer.send`."""
        del again
        if not is_address(letter.address):
            raise MailRefusedError
        if self.failures:
            raise self.failures.pop(0)
        repeated = self._effect.repeatable_seconds > 0 and letter.letter_id in self._known()
        if not repeated:
            self.sent.append(letter)
        if self.lost_answers:
            raise self.lost_answers.pop(0)
        return Receipt(reference=str(letter.letter_id), repeated=repeated)

    def _known(self) -> set[UUID]:
        return {letter.letter_id for letter in self.sent}
