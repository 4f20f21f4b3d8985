"""Italian."""

from __future__ import annotations

from workers.chat_suggestions.phrases.grammar import Language
from workers.chat_suggestions.phrases.intents import Intent

_GREAT = (
    "(bella|bellissima|stupenda|splendida|meravigliosa|sexy|carina|perfetta|fantastica|magnifica|incantevole)"
)
_VERY = "(molto|così|troppo|davvero|semplicemente|proprio)"

ITALIAN = Language(
    tag="it",
    phrases={
        Intent.GREETING: """
            (ciao|ciaoo|salve|hey|hello|hi|ehi|ehilà|buonasera|buona sera|buon pomeriggio) [di nuovo|a te|\
                tesoro]
        """,
        Intent.GOOD_MORNING: "(buongiorno|buon giorno|buondì|dormito bene|hai dormito bene) [a te]",
        Intent.GOOD_NIGHT: """
            (buonanotte|buona notte|notte) [a te|e sogni d'oro|sogni d'oro]
            (sogni d'oro|dormi bene|dolci sogni)
        """,
        Intent.GOODBYE: """
            (a presto|a dopo|a domani|ci vediamo|arrivederci|bye|ci sentiamo) [presto|dopo]
            [ti auguro una|passa una] (buona|bella|splendida) (giornata|serata)
        """,
        Intent.HOW_ARE_YOU: """
            (come stai|come va|come ti va|tutto bene|tutto ok|come te la passi) [oggi|tu|stasera]
            (com'è andata|come è andata|come va) [la] [tua] giornata
            spero (che tu stia|tu stia|che stai|vada tutto) bene
        """,
        Intent.WHAT_ARE_YOU_DOING: """
            (cosa|che|che cosa) (fai|stai facendo|combini) [di bello|adesso|ora]
            che si dice
        """,
        Intent.THANKS: """
            (grazie|grazie mille|mille grazie|ti ringrazio|grazie infinite) [di cuore|tante|di tutto|\
                per tutto|davvero]
            sei la migliore
        """,
        Intent.COMPLIMENT: f"""
            sei [{_VERY}] {_GREAT}
            (che|molto|così|troppo) {_GREAT}
            (wow|mamma mia|mmm) [sei|che] [{_VERY}] {_GREAT}
            (adoro|amo) (il tuo sorriso|i tuoi occhi|il tuo corpo|le tue foto|i tuoi video)
            sei una (dea|regina|favola|bomba|meraviglia)
            (stupenda|splendida|meravigliosa|perfetta|incantevole|che bellezza|che meraviglia)
        """,
        Intent.MISS_YOU: """
            (mi manchi|mi sei mancata) [tanto|tantissimo|già|da morire|troppo]
            (ti penso|pensavo a te|penso a te|sto pensando a te|ti sto pensando) [sempre|tanto]
        """,
        Intent.LOVE_YOU: """
            (ti amo|ti adoro|ti voglio bene|tvb|sono pazzo di te|sono innamorato di te) [tanto|tantissimo|\
                troppo]
        """,
        Intent.CONTENT: """
            (mandami|inviami|mostrami|fammi vedere|mi mandi|mi invii|manda) [una|delle|qualche|altre|\
                le tue|un|dei] (foto|video|nudes|nude|di più|altro)
            (voglio|vorrei|posso) vedere (di più|altro|le tue foto|altre foto|foto|video)
            hai [altre|nuove|qualche|altri|nuovi|dei] (foto|video|contenuti)
        """,
        Intent.PRICE: """
            quanto [costa|costano|vuoi|chiedi|prendi|viene|costa un video|costa una foto|per un video|\
                per una foto]
            (qual è il prezzo|quali sono i prezzi|prezzo|prezzi|hai un listino|listino prezzi)
        """,
    },
    praise="(bella|bellissima|splendore|meraviglia|stupenda|bellezza)",
    fillers="""
        (amore|amore mio|tesoro|cara|gioia|piccola|principessa|regina|angelo|stella|cucciola|mia cara|\
                mia bella)
        (per favore|perfavore|pf|bacio|baci|un bacio|bacione|tu|e tu|oh|ah|eh|mmm|xx)
    """,
    telling="""
        il lo gli che non una sono sei con per mi ti si come cosa ma anche molto più questo questa ho hai ha
        della nel perché quando
    """,
)
