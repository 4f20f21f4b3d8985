"""What the simulator says under common names of properties: phrases about videos and advice, all made up."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Lists that are empty more often than not.
SELDOM = frozenset({"safety"})

#: By the property's name; `number` stands for every name that is one.
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "number": (
            "A person looks into the camera in front of a wall.",
            "A wide view of a landscape under a clear sky.",
            "Coloured objects lie on a dark ground.",
            "A close view of a face, lit from the side.",
            "The camera pans across a room.",
        ),
        "label": ("person", "face", "wall", "sky", "sofa", "window"),
        "setting": (
            "a room with coloured walls",
            "a terrace in daylight",
            "a studio with a plain background",
        ),
        "mood": ("lively", "calm and warm", "playful"),
        "style": ("talking head with captions", "hand-held vlog", "fast-cut montage"),
        "words": ("so easy", "watch till the end", "3 tips"),
        "text": (
            "Begin with the strongest frame; the first seconds decide.",
            "Cut the silences, and keep one thought a scene.",
            "End with a question that invites an answer.",
        ),
        "event": (
            "Somebody speaks to the camera.",
            "The view changes to the surroundings.",
            "The camera moves closer.",
        ),
        "reason": (
            "Somebody looks at the viewer from the first frame on.",
            "Little happens here, and the next scene is stronger.",
        ),
        "note": ("Hardly visible, at the edge of the picture.",),
        "summary": ("A short vertical video in which somebody speaks to the camera between changing views.",),
        "topics": ("everyday life", "tips", "behind the scenes", "outdoors"),
        "hook_advice": ("Open with the face and the caption at once; cut the first half second.",),
        "caption": ("Three things nobody tells you. Which one surprised you? Tell me below.",),
        "thumbnail_reason": ("A face that looks at the viewer, sharp and well lit.",),
        "topic": ("hook", "caption", "length", "sound"),
        "reasoning": (
            "The hook is clear and the pace is high; a question at the end would make people share it.",
        ),
    }
)

#: What is said about content in other languages, by the property's name.
_ELSEWHERE: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "fr": {
            "summary": ("Un contenu court et personnel, qui dit une seule chose et la dit bien.",),
            "text": (
                "Commence par la phrase la plus forte ; les premiers mots décident.",
                "Coupe ce qui se répète et garde une seule idée.",
                "Termine par une question qui donne envie de répondre.",
                "Publie le soir, quand tes fans ont le temps de lire.",
            ),
            "reason": (
                "Le ton est direct et on a envie de lire la suite.",
                "Il ne se passe pas grand-chose au milieu, et la fin est plus forte.",
                "On reconnaît ta voix dès la première phrase.",
            ),
            "reasons": ("Les questions font parler les fans.", "Le sujet est proche de leur quotidien."),
            "strengths": ("La voix est sincère.", "La première phrase est claire."),
            "note": ("À peine visible, au bord du cadre.",),
            "tags": ("quotidien", "coulisses", "humour"),
        },
        "es": {
            "summary": ("Un contenido corto y personal, que dice una sola cosa y la dice bien.",),
            "text": (
                "Empieza por la frase más fuerte; las primeras palabras deciden.",
                "Quita lo que se repite y deja una sola idea.",
                "Termina con una pregunta que dé ganas de contestar.",
                "Publica por la noche, cuando tus fans tienen tiempo para leer.",
            ),
            "reason": (
                "El tono es directo y dan ganas de seguir leyendo.",
                "En medio no pasa gran cosa, y el final es más fuerte.",
                "Se reconoce tu voz desde la primera frase.",
            ),
            "reasons": ("Las preguntas hacen hablar a los fans.", "El tema está cerca de su día a día."),
            "strengths": ("La voz es sincera.", "La primera frase es clara."),
            "note": ("Apenas se ve, en el borde de la imagen.",),
            "tags": ("vida diaria", "detrás de las cámaras", "humor"),
        },
    }
)


def known_phrases(name: str, language: str) -> tuple[str, ...]:
    """Return what is said under a property's name, in the language if the simulator speaks it there."""
    return _ELSEWHERE.get(language.partition("-")[0].casefold(), {}).get(name) or WORDS.get(name, ())
