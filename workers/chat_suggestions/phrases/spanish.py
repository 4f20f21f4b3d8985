"""Spanish."""

from __future__ import annotations

from workers.chat_suggestions.phrases.grammar import Language
from workers.chat_suggestions.phrases.spanish_fondness import FONDNESS
from workers.chat_suggestions.phrases.spanish_small_talk import SMALL_TALK

SPANISH = Language(
    tag="es",
    phrases={**SMALL_TALK, **FONDNESS},
    praise="""
        (guapa|hermosa|preciosa|linda|bella|bonita|bombón|belleza|diosa|mamacita|guapísima|hermosura|\
                mami rica|mamasita|sexy|lindura|mi diosa|ricura|hermosa mujer|bella dama|bella mujer|\
                linda chica|bebé hermosa|preciosura|reina hermosa)
    """,
    fillers="""
        (amor|mi amor|mi vida|cariño|corazón|mi cielo|cielo|bebé|bb|nena|reina|mi reina|princesa|\
                mi princesa|vida|mi corazón|tesoro|mi tesoro|mi niña|niña|amorcito|mi bella|mi linda|\
                mi hermosa|mi guapa|mi preciosa|bebecita|ángel|mi ángel|señorita|bb hermosa|mi bebé|\
                mi nena|mi diosa|chiquita|mi sol)
        (mami|muñeca|chica|por favor|porfa|porfis|xfa|oye|mmm|ay|oh|xx|y|jeje|pues|bueno|ah|aw|aww|plis|\
                xd|eh|mm|por fa|please)
    """,
    telling="""
        el la los las una por para con que qué es está estás eres soy muy pero como cómo mi tu su me te se yo
        más hay cuando porque quiero tengo tienes
    """,
)
