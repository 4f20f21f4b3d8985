"""French."""

from __future__ import annotations

from workers.chat_suggestions.phrases.french_fondness import FONDNESS
from workers.chat_suggestions.phrases.french_small_talk import SMALL_TALK
from workers.chat_suggestions.phrases.grammar import Language

FRENCH = Language(
    tag="fr",
    phrases={**SMALL_TALK, **FONDNESS},
    praise="""
        (ma belle|belle|ma jolie|jolie|beauté|bombe|ma déesse|sublime|magnifique|ma beauté|beauté fatale|\
                jolie demoiselle|belle demoiselle|belle femme|jolie femme|bombasse|ma bombe|déesse)
    """,
    fillers="""
        (bébé|bb|chérie|ma chérie|mon coeur|mon cœur|mon amour|ma puce|ma princesse|princesse|ma reine|\
                poupée|amour|coeur|chou|mon chou|ma poupée|ma biche|mademoiselle|madame|miss|reine|\
                ma star|ma coquine|coquine|doudou|mon trésor|ma sirène|ma beauté)
        (ma douce|mon ange|mon bébé|toi|stp|svp|s'il te plaît|oh|ah|ma chère|ma chérie|mon soleil|\
                ma petite|ma miss)
        (et|alors|ou quoi|hein|xx|xxx|mmm|hmm|euh|bon|ben|bah|sinon|hihi|lol|mdr|rho|roh|oh la|ah la|\
                dis moi|dis)
    """,
    telling="""
        je tu il elle nous vous est sont une des les dans pour avec que qui pas mais quoi mon ton son ma ta sa
        moi toi suis es ai as c'est ça va très aussi comme bien
    """,
)
