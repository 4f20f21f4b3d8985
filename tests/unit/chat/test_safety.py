"""What is flagged without asking a model, and what only looks like it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.chat_suggestions.messages import FlagCode
from workers.chat_suggestions.safety import flags_of

FORBIDDEN = {
    FlagCode.MINOR: [
        "I'm 16",
        "im 15 years old",
        "hey i am 14 lol",
        "I’m only 17, is that ok?",  # noqa: RUF001 - as phones type it
        "I just turned 17!",
        "I'm fifteen and I love your page",
        "I'm underage btw",
        "I'm not 18 yet",
        "i'm a minor",
        "I'm in middle school",
        "got any underage pics?",
        "do you know girls under 18",
        "j'ai 16 ans",
        "J'ai seulement quinze ans",
        "je suis mineur",
        "je suis pas encore majeur",
        "tengo 15 años",
        "Tengo dieciséis años y me encantas",
        "soy menor de edad",
        "ich bin 16 jahre alt",
        "ich bin noch minderjährig",
        "tenho 16 anos",
        "sou menor de idade",
        "ho 15 anni",
        "sono minorenne",
    ],
    FlagCode.MEETING_FOR_MONEY: [
        "how much for a night with you?",
        "how much to meet in person",
        "I'll pay you $500 to meet up",
        "I would pay you to spend the night",
        "can I pay to meet you",
        "do you escort?",
        "what's your price for meeting irl",
        "combien pour se voir en vrai ?",
        "Combien pour une nuit avec toi",
        "je te paye 200 euros si on se voit",
        "tu fais escorte ?",
        "¿cuánto por una noche contigo?",
        "te pago por vernos",
        "te doy 300 para conocerte en persona",
        "was kostet ein Treffen mit dir?",
        "quanto para te encontrar",
        "quanto vuoi per una notte con te",
    ],
    FlagCode.OFF_PLATFORM_PAYMENT: [
        "can I pay you on paypal?",
        "I'll send you money via CashApp",
        "what's your venmo",
        "do you take crypto?",
        "can i tip you through zelle",
        "let's use paypal instead",
        "can I buy it outside of onlyfans",
        "can I pay off the platform",
        "je peux te payer par paypal ?",
        "tu as paypal ?",
        "tu acceptes lydia",
        "on peut payer en dehors du site ?",
        "te pago por paypal",
        "¿tienes paypal?",
        "puedo pagarte por bizum",
        "hast du paypal?",
        "ich kann dir per paypal geld schicken",
        "aceita pix?",
        "ti mando i soldi con postepay",
    ],
    FlagCode.DOXXING: [
        "what's your address?",
        "tell me your real name",
        "whats ur phone number",
        "I know where you live",
        "i found your address",
        "I'm gonna leak your nudes",
        "I'll tell your family",
        "donne moi ton numéro",
        "c'est quoi ton vrai nom ?",
        "je sais où tu habites",
        "¿cuál es tu dirección?",
        "sé dónde vives",
        "dime tu nombre real",
        "ich weiß, wo du wohnst",
        "wie ist deine Telefonnummer",
        "sei onde você mora",
        "so dove abiti",
    ],
}
INNOCENT = [
    "I'm 18 today",
    "I'm 18",
    "I'm 19 and you?",
    "I'm 16 minutes away",
    "I'm 15% sure",
    "im 10.5 inches from the screen",
    "I'm not 16 lol",
    "you make me feel like I'm 16",
    "I wish I was 16 again",
    "I've been a fan since I was 16",
    "my son is 15",
    "I have 2 kids, 8 and 12",
    "I'm 170 cm",
    "I'm 17 km from home",
    "I'm on it at 10",
    "you look 16 lol",
    "I'm a high school teacher",
    "I work with minors in a mine",
    "j'ai 16 ans d'expérience",
    "j'ai 15 ans de plus que toi",
    "quand j'avais 16 ans",
    "j'ai 18 ans",
    "tengo 15 años de casado",
    "tengo 18 años",
    "tengo 15 minutos",
    "ho 15 anni di esperienza",
    "ich bin 16 km entfernt",
    "nice to meet you",
    "I'd love to meet someone like you",
    "will you be at the meet and greet?",
    "how much did the meet and greet cost?",
    "how much is a ticket for the meet and greet?",
    "can we meet one day?",
    "how much for a video",
    "how much do I have to pay for more",
    "I met my wife in real life",
    "on se voit demain en live ?",
    "combien pour une vidéo",
    "¿cuánto cuesta el video?",
    "quanto costa un video",
    "paypal is down again lol",
    "I work at PayPal",
    "my paypal got hacked so I couldn't renew",
    "I paid my subscription with paypal",
    "bitcoin is crashing, what a day",
    "I got a gift card for my birthday",
    "j'ai payé mon abonnement par paypal",
    "pay attention babe",
    "it pays off",
    "where do you live?",
    "which city are you from",
    "what's your name?",
    "what's your favourite number",
    "what's your number one fantasy",
    "what's your email address",
    "I know your name",
    "I'll share your page with my friends",
    "I'll post your photos on my fridge",
    "tu habites où ?",
    "comment tu t'appelles",
    "¿dónde vives?",
    "where can I find your real hair color lol",
    "I love you",
    "",
]
CASES = [(text, code) for code, texts in FORBIDDEN.items() for text in texts]


@pytest.mark.parametrize(("text", "code"), CASES)
def test_clear_cases_are_flagged(text: str, code: FlagCode) -> None:
    """By the rules, under their code."""
    found = flags_of(text)
    assert code in [flag.code for flag in found]
    assert {flag.source for flag in found} == {"rules"}


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    """A creator who is warned of nothing stops reading warnings."""
    assert flags_of(text) == []


@pytest.mark.parametrize(("text", "code"), CASES)
@pytest.mark.parametrize("frame", ["HEY!! {}", "ok so...\n{}\nxx", "{} 😘😘"])
def test_what_stands_around_does_not_hide_it(text: str, code: FlagCode, frame: str) -> None:
    """Nor do capitals."""
    assert code in [flag.code for flag in flags_of(frame.format(text.upper()))]


def test_a_minor_stays_one() -> None:
    """What else was said before is done with."""
    assert [flag.code for flag in flags_of("hey", earlier=["I'm 15", "lol"])] == [FlagCode.MINOR]
    assert flags_of("hey", earlier=["what's your address?"]) == []


@given(st.text(max_size=500))
def test_any_text_is_read(text: str) -> None:
    """Nothing a fan types raises."""
    flags_of(text, earlier=[text])


@pytest.mark.parametrize(
    "text",
    ["pay you via " * 700, "how much to " * 700, "im 1" * 2000, "te pago " * 1000, "\n" * 8000, "a " * 4000],
)
def test_hostile_texts_take_no_time(text: str) -> None:
    """Patterns that backtrack would stop the host."""
    began = time.process_time()
    flags_of(text, earlier=[text] * 12)
    assert time.process_time() - began < 5
