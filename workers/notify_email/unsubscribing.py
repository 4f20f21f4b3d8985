"""Ending mail with one click, without a login: a page for people, a POST for mail programs (RFC 8058)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.mail.composing import LetterWriter
from shared.mail.contacts import Contacts
from shared.mail.links import UnsubscribeLinks


@dataclass(frozen=True, kw_only=True)
class Page:
    """An answer in HTML."""

    status: int
    html: str


async def unsubscribe(
    method: str,
    parameters: dict[str, str],
    *,
    links: UnsubscribeLinks,
    contacts: Contacts,
    writer: LetterWriter,
) -> Page:
    """Answer whoever follows the link.

    Looking changes nothing, for programs follow links in mails to see where they lead; only a POST does.

    Args:
        method: `GET` or `POST`.
        parameters: the query's: `token`, and `lang` for the page's language.
        links: knows whose token it is.
        contacts: remembers it.
        writer: writes the page.

    Raises:
        StoreUnavailableError: it is not remembered; trying again does no harm.
    """
    language = parameters.get("lang")
    creator_id = links.creator(parameters.get("token", ""))
    if creator_id is None:
        return Page(status=400, html=writer.page("invalid", language))
    if method != "POST":
        return Page(status=200, html=writer.page("confirm", language))
    await contacts.unsubscribe(creator_id)
    return Page(status=200, html=writer.page("done", language))
