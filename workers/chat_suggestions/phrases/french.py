"""French."""

from __future__ import annotations

from workers.chat_suggestions.phrases.grammar import Language
from workers.chat_suggestions.phrases.intents import Intent

_GREAT = "(belle|magnifique|sublime|jolie|sexy|canon|bonne|superbe|parfaite|mignonne|splendide|incroyable)"
_VERY = "(trop|si|tellement|tres|vraiment|super|absolument|juste)"

FRENCH = Language(
    tag="fr",
    phrases={
        Intent.GREETING: """
            (salut|coucou|bonjour|bonsoir|cc|slt|bjr|bsr|hello|hey|hi|re|kikou|yo) [toi|à toi]
            (bonjour|bonsoir|salut) [ma] (belle|jolie)
            (bon week end|bon weekend)
        """,
        Intent.GOOD_MORNING: """
            (bon matin|bien réveillée|bien réveillé|bien dormi)
            bonjour [as tu|tu as|t'as] bien dormi
        """,
        Intent.GOOD_NIGHT: """
            (bonne nuit|bne nuit|bn|douce nuit) [à toi|et fais de beaux rêves|fais de beaux rêves]
            [fais de] (beaux rêves|beau rêve)
            dors bien
        """,
        Intent.GOODBYE: """
            (bye|au revoir|à plus|à bientôt|à plus tard|à tout à l'heure|à demain|ciao|a tte)
            [passe une|je te souhaite une] (bonne|belle|excellente) (journée|soirée|fin de journée)
            prends soin de toi
        """,
        Intent.HOW_ARE_YOU: """
            [comment] (ça va|tu vas|vas tu|va tu|allez vous) [toi|bien|aujourd'hui|ce soir|et toi]
            (tu vas|vas tu) bien [aujourd'hui|ce soir]
            (cv|sava|comment va) [toi|bien]
            (comment s'est passée|comment se passe|comment était) ta (journée|soirée|nuit)
            (bien ou quoi|la forme|quoi de beau)
            j'espère que (tu vas bien|ça va|tout va bien|tu passes une bonne journée)
            tout va bien
        """,
        Intent.WHAT_ARE_YOU_DOING: """
            (tu fais|que fais tu|qu'est ce que tu fais|tu fais quoi|fais quoi) [de beau|de bon|là|\
                maintenant|quoi|quoi de beau]
            (quoi de neuf|tu fais quoi de beau|tu deviens quoi)
        """,
        Intent.THANKS: """
            (merci|mrc|mci) [beaucoup|infiniment|mille fois|bien|encore|à toi|pour tout]
            (mille mercis|un grand merci|grand merci)
            (tu es|t'es) [trop|la] (gentille|adorable|meilleure)
        """,
        Intent.COMPLIMENT: f"""
            (tu es|t'es|vous êtes|tes|t) [{_VERY}] {_GREAT}
            (trop|tellement|si|vraiment|super) {_GREAT}
            (wow|waouh|wahou|ouah|mmm|olala|oh là là) [tu es|t'es] [{_VERY}] {_GREAT}
            (quelle (beauté|bombe|déesse|femme)|une (vraie bombe|bombe|déesse))
            (j'adore|j'aime) (tes yeux|ton sourire|ton corps|tes photos|tes vidéos|tes cheveux)
            (tu es|t'es) une (bombe|déesse|reine|merveille)
            (magnifique|sublime|superbe|splendide|parfaite|canon)
            (ravissante|à croquer|tu es à croquer)
        """,
        Intent.MISS_YOU: """
            (tu me manques|tu m'as manqué|tu me manque|tu m'a manqué) [trop|beaucoup|tellement|déjà|\
                énormément]
            (je pense|je pensais) [trop|beaucoup|fort|très fort] à toi [tout le temps]
        """,
        Intent.LOVE_YOU: """
            (je t'aime|jtm|je t'adore|j t'aime) [trop|fort|tellement|beaucoup|très fort]
            je suis [fou|folle|raide dingue|dingue] [amoureux] de toi
        """,
        Intent.CONTENT: """
            [tu peux|peux tu|tu pourrais|pourrais tu] (envoie|envoyer|envois|montre|montrer|m'envoyer|\
                me montrer) \
[moi] [une|des|tes|plus de] (photo|photos|vidéo|vidéos|nude|nudes|contenu|plus)
            (envoie|montre|envois) [moi] [une|des|tes|plus de] (photo|photos|vidéo|vidéos|nude|nudes|\
                contenu|plus)
            (je veux|je voudrais|j'aimerais|j'ai envie de|on peut|je peux) [en] voir (plus|plus de toi|\
                plus de photos|tes photos)
            (tu as|t'as|as tu) [de] [nouvelles] (photos|vidéos)
            (tu as|t'as|as tu) (du nouveau|du nouveau contenu|du contenu|des photos|des vidéos|des nudes)
        """,
        Intent.PRICE: """
            (c'est|cest) combien [la photo|la vidéo|pour une vidéo|pour une photo|pour voir]
            combien [ça coûte|tu prends|c'est|coûte|pour une vidéo|pour une photo]
            (quel est (le prix|le tarif|ton prix|ton tarif)|quels sont (tes|les) (prix|tarifs))
            (tes|les|tu as des) (prix|tarifs)
            (prix|tarif|tarifs)
        """,
    },
    praise="(ma belle|belle|ma jolie|jolie|beauté|bella|bombe|ma déesse|sublime|magnifique)",
    fillers="""
        (bébé|bb|chérie|ma chérie|mon coeur|mon cœur|mon amour|ma puce|ma princesse|princesse|ma reine|poupée)
        (ma douce|mon ange|mon bébé|toi|stp|svp|s'il te plaît|bisous|bisou|biz|bises|gros bisous|oh|ah|\
                ma chère)
        (et|alors|ou quoi|hein|xx|mmm)
    """,
    telling="""
        je tu il elle nous vous est sont une des les dans pour avec que qui pas mais quoi mon ton son ma ta sa
        moi toi suis es ai as c'est ça va très aussi comme bien
    """,
)
