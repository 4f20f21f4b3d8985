"""Which everyday message a fan has written, if it is one: by closed lists of whole phrases, in process.

Whatever is not made of such phrases from its first word to its last goes to the model: one unknown word is
enough, be it a number, a negation, a name, a time or a question of fact. So does a message that is everyday
by itself and not where it stands, such as an answer to what the creator has just asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from workers.chat_suggestions.phrases.book import Book, books
from workers.chat_suggestions.phrases.grammar import plain
from workers.chat_suggestions.phrases.intents import ABSORBED_BY, ABSORBED_BY_ALL, QUESTIONS, Intent

#: A longer message says something.
MAX_WORDS = 10
MAX_EMOJIS = 12
MAX_CHARACTERS = 120
DEFAULT_LANGUAGE = "en"

_LAUGHS = frozenset("😂🤣😆😹")
_FOND = frozenset("❤♥🧡💛💚💙💜💕💖💗💓💞💘💝💋😘😍🥰😚😙😊☺🙂😀😃😄😁😉😜😝😋😏🔥✨🌹🌸💐🤗🤩😇😻🫶")
#: Friendly, and nothing by themselves.
_DECORATION = frozenset("👋🙏🎉👏🙌👀🌞☀🌙🌟⭐💫😴💤🫠😌👑🤍🖤🤎😳🙈👍👌")
_JOINED = frozenset("\ufe0f\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_PAUSES = frozenset(' \t\r\n.,!…~;-–—¡()"“”«»*')  # noqa: RUF001 - dashes as people type them
_ASKS = frozenset("?¿؟")
_APOSTROPHES = frozenset("'’ʼ`´")  # noqa: RUF001 - they are all in use
_EMOTICON = re.compile(r"(?<!\S)(?:<3+|[:;=]-?[)D*pP]+|\^\^|[xX]D+)(?!\S)")
_LAUGH = re.compile(
    r"b?w?a?(?:ha){2,}h?|(?:he){2,}h?|(?:hi){2,}h?|(?:ja){2,}j?|(?:je){2,}|lo+l(?:o+l)*|lma+o+|rofl|mdr+|ptdr+"
    r"|xd+|k{3,}|(?:rs){2,}|(?:ah){2,}a?"
)
#: How people laugh in one language only.
_LAUGHS_IN = {
    "fr": re.compile(r"mdr+|ptdr+"),
    "es": re.compile(r"(?:ja){2,}j?|(?:je){2,}"),
    "pt": re.compile(r"k{3,}|(?:rs){2,}"),
}
_RUN = re.compile(r"(.)\1{2,}")
_MAX_RUNS = 3
_DOUBLED = re.compile(r"([aeiouy])\1$")
_MIN_NAME_CHARACTERS = 2

#: Where these are spoken of, no ready line is kind.
_GRAVE = frozenset(
    plain("""
        accident cancer crying dead death depressed depression died divorce divorced dying funeral grief
        hospital hurt killed lonely sad sick suicidal suicide surgery
        décès décédé déprimé dépression enterrement hôpital malade mort morte pleure triste
        cáncer divorcio enfermo falleció muerte muerto murió suicidio depresión
        beerdigung gestorben krank krankenhaus krebs scheidung selbstmord tod tot traurig
        câncer depressão doente faleceu morreu suicídio
        cancro depressione funerale malato morto ospedale
    """).split()
)


@dataclass(frozen=True, kw_only=True)
class Everyday:
    """What an everyday message is for, and the language it is in."""

    intent: Intent
    #: One of those that phrases are known in.
    language: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """An earlier line of the conversation."""

    by_creator: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A message taken apart."""

    words: tuple[str, ...]
    laughs: int
    laughs_in: frozenset[str]
    emojis: int
    asks: bool


def everyday(
    text: str, *, hint: str | None = None, names: Iterable[str] = (), earlier: Sequence[Line] = ()
) -> Everyday | None:
    """Return what an everyday message is for; `None` for one that has a substance of its own.

    Args:
        text: the fan's message.
        hint: BCP 47 language for what can't be told from the words.
        names: what the creator is called, which adds nothing to a message.
        earlier: what was said before, the oldest first.
    """
    read = _taken_apart(text, frozenset(_name_words(names)))
    if read is None:
        return None
    intents = {tag: intent for tag, book in books().items() if (intent := _intent(read, book))}
    intents = {tag: intents[tag] for tag in read.laughs_in if tag in intents} or intents
    language = intents and _language(intents, hint, earlier)
    if not language or not _stands_alone(intents[language], earlier):
        return None
    return Everyday(intent=intents[language], language=language)


def language_of(lines: Iterable[str]) -> str | None:
    """Return the language of some lines by its commonest words; `None` if they don't tell it clearly."""
    words = [word for line in lines for word in re.findall(r"\w+", plain(line[:400]))]
    scores = sorted(
        (sum(word in book.telling for word in words), tag) for tag, book in books().items() if words
    )
    if not scores or scores[-1][0] == 0 or scores[-1][0] == scores[-2][0]:
        return None
    return scores[-1][1]


def primary(tag: str | None) -> str | None:
    """Return a tag's language if phrases are known in it: `pt` of `pt-BR`."""
    language = (tag or "").partition("-")[0].casefold()
    return language if language in books() else None


def _taken_apart(text: str, names: frozenset[str]) -> _Read | None:
    """Return a message's words; `None` if it holds anything but words, pauses and friendly emojis."""
    if len(text) > MAX_CHARACTERS:
        return None
    shown = _EMOTICON.sub("😊", unicodedata.normalize("NFC", text))
    characters: list[str] = []
    laughs = emojis = decorations = 0
    for before, character in zip(" " + shown, shown, strict=False):
        laughs += character in _LAUGHS
        emojis += character in _FOND
        decorations += character in _DECORATION
        symbol = _symbol(character, before)
        if symbol is None:
            return None
        characters.append(symbol)
    words = [word for word in plain("".join(characters)).split() if word not in names]
    laughing = [word for word in words if _LAUGH.fullmatch(word)]
    if len(words) > MAX_WORDS or laughs + emojis + decorations > MAX_EMOJIS:
        return None
    return _Read(
        words=tuple(word for word in words if word not in laughing),
        laughs=laughs + len(laughing),
        laughs_in=frozenset(
            tag for tag, laugh in _LAUGHS_IN.items() if any(laugh.fullmatch(word) for word in laughing)
        ),
        emojis=emojis,
        asks=bool(_ASKS & set(text)),
    )


def _symbol(character: str, before: str) -> str | None:
    if character.isalpha() or character in _APOSTROPHES:
        return character
    if character in _PAUSES or character in _ASKS or _is_friendly(character):
        return " "
    return " " if character in _JOINED and (_is_friendly(before) or before in _JOINED) else None


def _is_friendly(character: str) -> bool:
    return character in _LAUGHS or character in _FOND or character in _DECORATION


def _name_words(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from (word for word in plain(name).split() if len(word) >= _MIN_NAME_CHARACTERS)


def _intent(read: _Read, book: Book) -> Intent | None:
    """Return what a message is for in one language, if it is made of its phrases."""
    words = tuple(_known(word, book.words) for word in read.words)
    if None in words:
        return None
    phrases = _cover(tuple(word for word in words if word), book)
    if phrases is None:
        return None
    meant = {intent for phrase in phrases if (intent := book.intents[phrase])}
    if not meant and not read.words:
        meant = _wordless(read)
    elif not meant and all(phrase in book.praise for phrase in phrases):
        meant = {Intent.COMPLIMENT}
    intent = _one_of(meant)
    return None if read.asks and intent not in QUESTIONS else intent


def _wordless(read: _Read) -> set[Intent]:
    if read.laughs:
        return {Intent.LAUGHTER}
    return {Intent.EMOJI} if read.emojis else set()


def _one_of(meant: set[Intent]) -> Intent | None:
    """Return what all that is meant comes down to; `None` if a ready line would leave some of it out."""
    own = meant - ABSORBED_BY_ALL or meant
    own = {intent for intent in own if not own & ABSORBED_BY.get(intent, frozenset())}
    return own.pop() if len(own) == 1 else None


def _known(word: str, words: frozenset[str]) -> str | None:
    """Return a word as the phrases have it: letters drawn out are said once or twice."""
    if word in words:
        return word
    runs = _RUN.findall(word)
    if len(runs) > _MAX_RUNS:
        return None
    if _DOUBLED.search(word) and word[:-1] in words:
        return word[:-1]
    for times in product((2, 1), repeat=len(runs)):
        left = iter(times)
        if (short := _RUN.sub(lambda run: run[1] * next(left), word)) in words:  # noqa: B023 - used at once
            return short
    return None


def _cover(words: tuple[str, ...], book: Book) -> tuple[tuple[str, ...], ...] | None:
    """Return phrases that the words are made of, the longest first; `None` if a word is left over."""
    covers: list[tuple[tuple[str, ...], ...] | None] = [None] * len(words) + [()]
    for start in range(len(words) - 1, -1, -1):
        for end in range(min(len(words), start + book.longest), start, -1):
            rest = covers[end]
            if rest is not None and words[start:end] in book.intents:
                covers[start] = (words[start:end], *rest)
                break
    return covers[0]


def _language(intents: dict[str, Intent], hint: str | None, earlier: Sequence[Line]) -> str | None:
    """Choose among the languages that a message may be in; `None` if the conversation leaves it open."""
    if len(intents) == 1:
        return next(iter(intents))
    if earlier:
        spoken = language_of(line.text for line in earlier)
        if spoken or primary(hint) not in intents:
            return spoken if spoken in intents else None
    hinted = primary(hint)
    if hint and hinted is None:
        return None  # a language without phrases: only the model speaks it
    return hinted if hinted in intents else next(iter(intents))


def _stands_alone(intent: Intent, earlier: Sequence[Line]) -> bool:
    """Say whether a message means the same where it stands as it does alone."""
    if any(_GRAVE & set(re.findall(r"\w+", plain(line.text[:400]))) for line in earlier[-6:]):
        return False
    said = [line.text for line in earlier if line.by_creator]
    if said and intent is Intent.PRICE:
        return False  # of what the creator has spoken of
    last = said[-1] if said and earlier and _is_open(earlier) else ""
    return not (_ASKS & set(last) or any(c.isdigit() or c in "$€£" for c in last))


def _is_open(earlier: Sequence[Line]) -> bool:
    """Say whether the creator's last word is not long ago."""
    return any(line.by_creator for line in earlier[-3:])
