"""Which everyday message a fan has written, if it is one: by closed lists of whole phrases, in process.

Whatever is not made of such phrases from its first word to its last goes to the model: one unknown word is
enough, be it a number, a negation, a name, a time or a question of fact. So does a message that is everyday
by itself and not where it stands, such as an answer to what the creator has just asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workers.chat_suggestions.phrases.book import PRAISE, Book, books, meaning, squeezed
from workers.chat_suggestions.phrases.grammar import Phrases, plain
from workers.chat_suggestions.phrases.intents import (
    ABSORBED_BY_ALL,
    MAY_ANSWER,
    MOST_AT_ONCE,
    OF_SOMETHING,
    QUESTIONS,
    REPLIES,
    Intent,
)

#: A longer message says something.
MAX_WORDS = 16
MAX_EMOJIS = 12
MAX_CHARACTERS = 140
DEFAULT_LANGUAGE = "en"

_LAUGHS = frozenset("😂🤣😆😹")
_FOND = frozenset(
    "❤♥🧡💛💚💙💜💕💖💗💓💞💘💝💋😘😍🥰😚😙😊☺🙂😀😃😄😁😉😜😝😋😏🔥✨🌹🌸💐🤗🤩😇😻🫶🥵🤤🫦😈💌🩷🩵❣💟😆"
)
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
_MIN_NAME_CHARACTERS = 2
#: So many more words of another language are no chance: languages share some of their smallest.
_FOREIGN_LEAD = 3
#: Kind words that are also names: with a capital letter they may be somebody's.
_NAMES = re.compile(
    r"\b(?:Angel|Ángel|Ange|Angela|Bella|Mona|Reina|Rosa|Sol|Stella)\b"
    r"|(?<!^)\b(?:Amor|Belle|Bonita|Cara|Cielo|Flor|Gioia|Gloria|Honey|Linda|Maus|Precious|Princess|Queen"
    r"|Star|Sunny|Sunshine|Tesoro|Vida)\b"
)
_ORDER = {intent: at for at, intent in enumerate(Intent)}

#: Where these are spoken of, no ready line is kind.
GRAVE = frozenset(
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

    #: One, or several things said at once, in the order of `Intent`.
    intents: tuple[Intent, ...]
    #: One of those that phrases are known in.
    language: str

    @property
    def name(self) -> str:
        """What it is for, in one word."""
        return "+".join(self.intents)

    @property
    def kind(self) -> str:
        """The same for a metric, which must not have a series for each combination."""
        return self.name if len(self.intents) == 1 else "several"


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
    known = frozenset(_name_words(names))
    meant = _meant(text, known)
    language = meant and _language(meant, hint, earlier)
    if not language or not _stands_alone(meant[language], earlier, known):
        return None
    return Everyday(intents=meant[language], language=language)


def _meant(text: str, names: frozenset[str]) -> dict[str, tuple[Intent, ...]]:
    """Return what a message means in each language that has such phrases."""
    read = _taken_apart(text, names)
    if read is None:
        return {}
    meant = {tag: intents for tag, book in books().items() if (intents := _intents(read, book))}
    return {tag: meant[tag] for tag in read.laughs_in if tag in meant} or meant


def language_of(lines: Iterable[str]) -> str | None:
    """Return the language of some lines by its commonest words; `None` if they don't tell it clearly."""
    scores = _scores(lines)
    (tag, best), (_, second) = scores.most_common(2)
    return tag if best > second else None


def is_foreign(lines: Iterable[str], wanted: str) -> bool:
    """Say whether lines are certainly in another language than the wanted one, whose phrases are known."""
    scores = _scores(lines)
    return max(scores.values()) - scores[wanted] >= _FOREIGN_LEAD


def _scores(lines: Iterable[str]) -> Counter[str]:
    words = [word for line in lines for word in re.findall(r"\w+", plain(line[:400]))]
    return Counter({tag: sum(word in book.telling for word in words) for tag, book in books().items()})


def primary(tag: str | None) -> str | None:
    """Return a tag's language if phrases are known in it: `pt` of `pt-BR`."""
    language = (tag or "").partition("-")[0].casefold()
    return language if language in books() else None


def _taken_apart(text: str, names: frozenset[str]) -> _Read | None:
    """Return a message's words; `None` if it holds anything but words, pauses and friendly emojis."""
    if len(text) > MAX_CHARACTERS or _NAMES.search(text):
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


def is_decoration(character: str) -> bool:
    """Say whether a character is a friendly emoji, or belongs to one."""
    return _is_friendly(character) or character in _JOINED


def _is_friendly(character: str) -> bool:
    return character in _LAUGHS or character in _FOND or character in _DECORATION


def _name_words(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from (word for word in plain(name).split() if len(word) >= _MIN_NAME_CHARACTERS)


def _intents(read: _Read, book: Book) -> tuple[Intent, ...]:
    """Return what a message is for in one language, if it is made of its phrases."""
    words = tuple(_known(word, book) for word in read.words)
    if None in words:
        return ()
    labels = _cover(tuple(word for word in words if word), book.phrases)
    if labels is None:
        return ()
    meant = {intent for label in labels if (intent := meaning(label))}
    if not meant and not read.words:
        meant = _wordless(read)
    elif not meant and all(label == PRAISE for label in labels):
        meant = {Intent.COMPLIMENT}
    intents = tuple(sorted(meant - ABSORBED_BY_ALL or meant, key=_ORDER.__getitem__))
    if len(intents) > MOST_AT_ONCE or (read.asks and not QUESTIONS & set(intents)):
        return ()
    return intents if meant - ABSORBED_BY_ALL else intents[-1:]


def _wordless(read: _Read) -> set[Intent]:
    if read.laughs:
        return {Intent.LAUGHTER}
    return {Intent.EMOJI} if read.emojis else set()


def _known(word: str, book: Book) -> str | None:
    """Return a word as the phrases have it, letters said once that were drawn out or typed twice."""
    if word in book.words:
        return word
    said_once = squeezed(word)
    if said_once != word:
        return book.squeezed.get(said_once) or book.mistyped.get(said_once)
    return book.mistyped.get(word)


def _cover(words: tuple[str, ...], phrases: Phrases) -> tuple[str, ...] | None:
    """Return labels of phrases that make up the words, the longest first; `None` if a word is left over."""
    covers: list[tuple[str, ...] | None] = [None] * len(words) + [()]
    for start in range(len(words) - 1, -1, -1):
        for end, label in phrases.found(words, start):
            rest = covers[end]
            if rest is not None:
                covers[start] = (label, *rest)
                break
    return covers[0]


def _language(
    intents: Mapping[str, tuple[Intent, ...]], hint: str | None, earlier: Sequence[Line]
) -> str | None:
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


def _stands_alone(intents: tuple[Intent, ...], earlier: Sequence[Line], names: frozenset[str]) -> bool:
    """Say whether a message means the same where it stands as it does alone."""
    if any(GRAVE & set(re.findall(r"\w+", plain(line.text[:400]))) for line in earlier[-6:]):
        return False
    said = [line.text for line in earlier if line.by_creator]
    if (said and OF_SOMETHING & set(intents)) or (not said and REPLIES.issuperset(intents)):
        return False
    last = said[-1] if said and _is_open(earlier) else ""
    if any(c.isdigit() or c in "$€£" for c in last) or (_ASKS & set(last) and MAY_ANSWER & set(intents)):
        return False
    return all(_meant(line.text, names) for line in _unanswered(earlier))


def _is_open(earlier: Sequence[Line]) -> bool:
    """Say whether the creator's last word is not long ago."""
    return any(line.by_creator for line in earlier[-3:])


def _unanswered(earlier: Sequence[Line]) -> Sequence[Line]:
    """Return what the fan has said since the creator's last word: it waits for an answer, too.

    Front ends that show no line of the creator's don't tell; then it is the last two lines.
    """
    after = next((at for at, line in enumerate(reversed(earlier)) if line.by_creator), 2)
    return earlier[len(earlier) - min(after, len(earlier)) :]
