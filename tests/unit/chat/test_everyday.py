"""Which messages are everyday ones, and above all which are not."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workers.chat_suggestions.everyday import Line, everyday, language_of
from workers.chat_suggestions.phrases.book import books
from workers.chat_suggestions.phrases.grammar import Phrases, plain
from workers.chat_suggestions.phrases.intents import Intent

EVERYDAY = {
    ("en", Intent.GREETING): ["hey", "Heyyyyy!!", "Hi there babe 😘", "hello beautiful", "hhey"],
    ("en", Intent.GOOD_EVENING): ["Good evening gorgeous"],
    ("en", Intent.GOOD_MORNING): ["good morning", "Goooood morning babe ☀️", "gm", "hi good morning"],
    ("en", Intent.GOOD_NIGHT): ["good night", "Goodnight princess 😴", "sleep well babe", "gooodnight"],
    ("en", Intent.SWEET_DREAMS): ["sweet dreams"],
    ("en", Intent.GOODBYE): ["bye", "talk to you later"],
    ("en", Intent.GOOD_DAY): ["have a great day!"],
    ("en", Intent.HOW_WAS_DAY): ["how was your day"],
    ("en", Intent.HOPE_WELL): ["hope you're doing well"],
    ("en", Intent.TIRED): ["long day at work", "I'm so tired"],
    ("en", Intent.NEW_HERE): ["just subscribed!", "I'm new here"],
    ("en", Intent.HOW_ARE_YOU): [
        "how are you?",
        "Hey sexy, how are you doing today?",
        "how are youu",
    ],
    ("en", Intent.WHAT_ARE_YOU_DOING): [
        "wyd",
        "what are you doing right now?",
        "hey what's up",
        "whatcha doing",
    ],
    ("en", Intent.THANKS): ["thanks", "Thank you so much 🙏", "thx babe", "ty ❤️", "thnaks babe"],
    ("en", Intent.COMPLIMENT): [
        "you're so beautiful",
        "gorgeous 😍",
        "wow so hot",
        "love your smile",
        "You are a goddess",
    ],
    ("en", Intent.MISS_YOU): ["I miss you", "miss you sooo much", "thinking about you"],
    ("en", Intent.LOVE_YOU): ["i love you", "love you babe ❤❤❤"],
    ("en", Intent.CONTENT): ["can you show me more?", "any new content?"],
    ("en", Intent.PHOTO): ["send me a pic", "send pics pls"],
    ("en", Intent.VIDEO): ["any new videos?"],
    ("en", Intent.PRICE): ["how much?", "what are your prices?"],
    ("en", Intent.VIDEO_PRICE): ["how much for a video"],
    ("en", Intent.LAUGHTER): ["lol", "hahaha", "😂😂", "haha 😘"],
    ("en", Intent.EMOJI): ["😍", "❤️❤️", "❤️‍🔥", "<3", ":)", "🌹🌹"],
    ("fr", Intent.GREETING): ["coucou", "Salut ma belle"],
    ("fr", Intent.GOOD_EVENING): ["bonsoir princesse"],
    ("fr", Intent.GOOD_NIGHT): ["bonne nuit", "Bonne nuit bébé 😘"],
    ("fr", Intent.HOW_ARE_YOU): ["ça va ?", "ca va", "Coucou comment tu vas", "salut, comment vas-tu ?"],
    ("fr", Intent.WHAT_ARE_YOU_DOING): ["tu fais quoi ?", "qu’est-ce que tu fais"],  # noqa: RUF001 - as phones type it
    ("fr", Intent.THANKS): ["merci", "Merci beaucoup ma belle"],
    ("fr", Intent.COMPLIMENT): ["t'es trop belle", "tu es magnifique", "magnifique 😍"],
    ("fr", Intent.MISS_YOU): ["tu me manques", "tu me manques trooop"],
    ("fr", Intent.LOVE_YOU): ["je t'aime", "Je t'adore ❤️"],
    ("fr", Intent.PHOTO): ["envoie moi une photo"],
    ("fr", Intent.VIDEO): ["tu as des vidéos ?"],
    ("fr", Intent.PRICE): ["c'est combien ?"],
    ("fr", Intent.VIDEO_PRICE): ["combien pour une vidéo"],
    ("es", Intent.GREETING): ["hola", "Holaaa guapa", "holaa"],
    ("fr", Intent.LAUGHTER): ["mdr", "mdrrr 😂"],
    ("es", Intent.LAUGHTER): ["jajaja"],
    ("pt", Intent.LAUGHTER): ["kkkk", "rsrs"],
    ("es", Intent.GOOD_DAY): ["que tengas buen día"],
    ("es", Intent.GOOD_MORNING): ["buenos días", "Buenos dias mi amor ☀️"],
    ("es", Intent.GOOD_NIGHT): ["buenas noches", "que descanses"],
    ("es", Intent.HOW_ARE_YOU): ["¿cómo estás?", "hola, qué tal?", "como estas hoy"],
    ("es", Intent.WHAT_ARE_YOU_DOING): ["¿qué haces?", "q haces"],
    ("es", Intent.THANKS): ["gracias", "muchas gracias preciosa"],
    ("es", Intent.COMPLIMENT): ["eres hermosa", "qué linda eres", "me encanta tu sonrisa"],
    ("es", Intent.MISS_YOU): ["te extraño", "Te extraño mucho 😘"],
    ("es", Intent.LOVE_YOU): ["te quiero mucho", "te amo"],
    ("es", Intent.PHOTO): ["mándame una foto"],
    ("es", Intent.VIDEO): ["tienes videos nuevos?"],
    ("es", Intent.PRICE): ["¿cuánto cuesta?", "precio"],
    ("de", Intent.HOW_ARE_YOU): ["wie geht's dir?"],
    ("de", Intent.MISS_YOU): ["ich vermisse dich"],
    ("pt", Intent.GOOD_MORNING): ["bom dia linda"],
    ("pt", Intent.MISS_YOU): ["saudades de você"],
    ("it", Intent.HOW_ARE_YOU): ["ciao bella, come stai?"],
    ("it", Intent.LOVE_YOU): ["ti amo tesoro"],
}
#: Each is close to an everyday message and says something else.
NOT_EVERYDAY = [
    "I don't miss you",
    "i never loved you",
    "do you miss me?",
    "thanks?",
    "no thanks",
    "not so hot",
    "you're so beautiful but so expensive",
    "good night?",
    "hey tom",
    "hi it's Marco",
    "how are you and your mother",
    "how old are you?",
    "where do you live",
    "what are you doing tomorrow?",
    "what are you doing at 5",
    "how much for 2 videos",
    "how much for three videos",
    "send me pics of your feet",
    "send me the video from yesterday",
    "good morning, did you get my message?",
    "i miss you 2",
    "i miss you 💔",
    "😢",
    "🍆",
    "💯",
    "👀",
    "yes",
    "no",
    "ok",
    "babe",
    "you",
    "$",
    "wow",
    "omg",
    "uf",
    "damn",
    "dios mío",
    "hey @anna",
    "hey http://x.y",
    "",
    "   ",
    "?",
    "hey\u200bthere",
    "hey " * 17,
    "hey" + " ❤️" * 40,
    "tu ne me manques pas",
    "je ne t'aime plus",
    "ça va pas",
    "bonne nuit Paul",
    "tu fais quoi demain ?",
    "tu habites où ?",
    "no te extraño",
    "ya no te quiero",
    "¿qué haces mañana?",
    "hola, soy Juan",
    "no estoy bien",
    "ich vermisse dich nicht",
    "não te amo",
    "non ti amo",
    "こんにちは",
    "привет",
]
CHANGING = [
    *("not", "no", "never", "none", "pas", "jamais", "rien", "plus", "nunca", "nada", "nicht", "kein", "nie"),
    *("não", "non", "mai", "one", "two", "dozen", "deux", "trois", "dos", "tres", "zwei", "due", "dois"),
    *("tom", "anna", "monday", "tomorrow", "yesterday", "demain", "mañana"),
]
PHRASES = st.sampled_from([text for texts in EVERYDAY.values() for text in texts])
WORDS = frozenset(word for book in books().values() for word in book.words)


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [(text, language, intent) for (language, intent), texts in EVERYDAY.items() for text in texts],
)
def test_everyday_messages_are_recognised(text: str, language: str, intent: Intent) -> None:
    """Whatever their case, accents, drawn-out letters and decoration."""
    found = everyday(text)
    assert found is not None
    assert (found.language, found.intents) == (language, (intent,))


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("hey babe good morning 😘 how are you", (Intent.GOOD_MORNING, Intent.HOW_ARE_YOU)),
        ("thank you and good night", (Intent.THANKS, Intent.GOOD_NIGHT)),
        ("i love you, i miss you", (Intent.MISS_YOU, Intent.LOVE_YOU)),
        ("merci ma belle, bonne nuit", (Intent.THANKS, Intent.GOOD_NIGHT)),
        ("hola guapa, buenos días, ¿cómo estás?", (Intent.GOOD_MORNING, Intent.HOW_ARE_YOU)),
    ],
)
def test_several_things_may_be_said_at_once(text: str, intents: tuple[Intent, ...]) -> None:
    """They are answered together, by lines of their own; a greeting or a laugh is answered along."""
    found = everyday(text)
    assert found
    assert found.intents == intents
    assert found.name == "+".join(intents)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("good morning", "good evening"),
        ("have a nice day", "have a nice weekend"),
        ("how was your day", "how was your night"),
        ("talk later", "talk tomorrow"),
        ("how much for a video", "how much for a photo"),
        ("passe une bonne journée", "passe une bonne soirée"),
        ("buenos días", "buenas tardes"),
    ],
)
def test_a_time_or_a_thing_makes_another_message(one: str, other: str) -> None:
    """Who wishes a good morning is not answered as who wishes a good evening."""
    first, second = everyday(one), everyday(other)
    assert first
    assert second
    assert first.intents != second.intents


@pytest.mark.parametrize(
    "text", ["hey Greta", "you look petty", "hi Bella", "good night Angel", "hola Gracia"]
)
def test_a_word_of_its_own_is_no_slip(text: str) -> None:
    """Names above all."""
    assert everyday(text) is None


@pytest.mark.parametrize("text", NOT_EVERYDAY)
def test_what_says_something_else_goes_to_the_model(text: str) -> None:
    """Negations, numbers, names, times, questions of fact, and a second thing said."""
    assert everyday(text) is None


def nearly(word: str, known: str) -> bool:
    """Say whether a word may be read as a known one, letters drawn out or left out."""
    return set(known) >= set(word) and len(set(known)) - len(set(word)) <= 1


@given(PHRASES, st.text(st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=12), st.integers(0, 10))
def test_an_unknown_word_always_goes_to_the_model(text: str, word: str, place: int) -> None:
    """Wherever it stands."""
    assume(plain(word).strip() and not any(c.isspace() for c in plain(word)))
    assume(not any(nearly(plain(word), known) for known in WORDS))
    words = text.split()
    words.insert(place, word)
    assert everyday(" ".join(words)) is None


@given(PHRASES, st.characters(categories=["Nd", "Sc", "No", "Nl"]), st.integers(0, 10))
def test_a_digit_or_a_currency_always_goes_to_the_model(text: str, symbol: str, place: int) -> None:
    """In any script."""
    words = text.split()
    words.insert(place, symbol)
    assert everyday(" ".join(words)) is None


@pytest.mark.parametrize("word", CHANGING)
@pytest.mark.parametrize("text", ["I miss you {}", "{} thanks", "tu me manques {}", "te quiero {}"])
def test_no_ready_line_for_a_negation_a_number_a_name_or_a_time(text: str, word: str) -> None:
    """These words change what is said."""
    assert everyday(text.format(word)) is None


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    """Nothing a fan types raises."""
    everyday(text, hint=text[:5], names=[text], earlier=[Line(by_creator=False, text=text)])


@given(PHRASES, st.integers(3, 9))
def test_letters_drawn_out_change_nothing(text: str, times: int) -> None:
    """People write as they speak."""
    words = text.split()
    drawn = [
        word + word[-1] * times if word[-1].isalpha() and word[-1] == word[-1].lower() else word
        for word in words
    ]
    before, after = everyday(text), everyday(" ".join(drawn))
    assert after is None or after == before


def test_the_creators_own_name_adds_nothing() -> None:
    """Another name does."""
    assert everyday("good night Luna 😘", names=["Luna Rose"]) == everyday("good night 😘")
    assert everyday("good night Rosa", names=["Luna Rose"]) is None


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("😘", "fr-FR", "fr"),
        ("😘", None, "en"),
        ("hey", "es", "es"),
        ("I miss you", "fr", "en"),
        ("lol", "pt_BR", None),
    ],
)
def test_where_words_do_not_tell_the_language_the_hint_does(
    text: str, hint: str | None, language: str | None
) -> None:
    """It never contradicts the words."""
    found = everyday(text, hint=hint)
    assert (found and found.language) == language


def test_a_language_without_phrases_is_left_to_the_model() -> None:
    """Even for an emoji."""
    assert everyday("😘", hint="ja") is None


def test_the_conversation_tells_the_language_of_an_emoji() -> None:
    """Before the hint does; where it does not tell, the model reads it."""
    french = [Line(by_creator=True, text="je suis tout seul avec mon chien ce soir")]
    assert everyday("😘", hint="en", earlier=french) == everyday("😘", hint="fr")
    assert everyday("😘", earlier=[Line(by_creator=False, text="abc xyz")]) is None


@pytest.mark.parametrize(
    "said",
    [
        "Do you want to see it?",
        "It is $20, babe",
        "my dog died today",
        "I was in the hospital",
        "mon père est mort",
    ],
)
def test_an_answer_is_no_everyday_message(said: str) -> None:
    """Nor is anything that is written in grief."""
    earlier = [Line(by_creator=True, text=said)]
    assert everyday("thank you so much", earlier=earlier) is None


@pytest.mark.parametrize("text", ["good night babe", "i miss you", "you're so beautiful", "how are you?"])
def test_what_is_no_answer_stands_after_a_question_too(text: str) -> None:
    """Whoever says good night does not say whether he wants to see it."""
    earlier = [Line(by_creator=True, text="Do you want to see it?")]
    assert everyday(text, earlier=earlier) == everyday(text)


@pytest.mark.parametrize("text", ["ok", "yes", "wow", "no problem"])
def test_a_reply_needs_something_that_it_replies_to(text: str) -> None:
    """It is everyday after a statement of the creator's; after a question, or nothing, the model reads it."""
    assert everyday(text) is None
    assert (
        everyday(text, earlier=[Line(by_creator=True, text="that was the nicest thing you could say")])
        is not None
    )
    assert everyday(text, earlier=[Line(by_creator=True, text="shall I send it?")]) is None


def test_what_waits_for_an_answer_is_not_passed_over() -> None:
    """A fan who asked something and says hello again still waits."""
    said = [
        Line(by_creator=True, text="hi there"),
        Line(by_creator=False, text="did the parcel from Rome come"),
    ]
    assert everyday("good morning babe", earlier=said) is None
    said[1] = Line(by_creator=False, text="hey you")
    assert everyday("good morning babe", earlier=said) is not None


def test_what_will_be_is_no_illness() -> None:
    """Without its apostrophe, "I'll" looks like one."""
    earlier = [Line(by_creator=True, text="I'll think of you")]
    assert everyday("thank you so much", earlier=earlier) is not None


def test_a_price_is_asked_of_something() -> None:
    """Once the creator has spoken, of what was spoken of."""
    assert everyday("how much?", earlier=[Line(by_creator=True, text="I made a new video for you")]) is None
    assert everyday("how much?", earlier=[Line(by_creator=False, text="hey you")]) is not None


def test_the_commonest_words_tell_a_language() -> None:
    """If they do so clearly."""
    assert language_of(["what would you like", "the best of them"]) == "en"
    assert language_of(["no"]) is None
    assert language_of([]) is None


def test_phrases_are_written_in_a_little_grammar() -> None:
    """Optional parts and alternatives, nested; the longest phrase that begins at a place comes first."""
    phrases = Phrases({"x": "a [b (c|d)] e", "y": "a b c e f | g"})
    found = {
        text: phrases.found(tuple(text.split()), 0) for text in ("a e", "a b c e f", "a b e", "z g", "g")
    }
    assert found == {
        "a e": [(2, "x")],
        "a b c e f": [(5, "y"), (4, "x")],
        "a b e": [],
        "z g": [],
        "g": [(1, "y")],
    }
    assert phrases.words == frozenset("abcdefg")
