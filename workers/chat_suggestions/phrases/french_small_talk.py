"""What fans write in French to begin, to end, and to ask how one is."""

from __future__ import annotations

from collections.abc import Mapping

from workers.chat_suggestions.phrases.intents import Intent

SMALL_TALK: Mapping[Intent, str] = {
    Intent.GREETING: """
        (salut|coucou|bonjour|cc|slt|bjr|hello|hey|hi|re|kikou|yo|wesh|coucou toi|hey toi|cou cou|\
            salutations|bjour) [toi|à toi|la belle|vous]
        (bonjour|salut|coucou) [ma] (belle|jolie)
        (je passe te faire un coucou|petit coucou|un petit coucou|juste un petit coucou) [à toi|\
            en passant]
    """,
    Intent.GOOD_EVENING: "(bonsoir|bsr|bonsoir à toi|bonsoir toi|bonsoir vous)",
    Intent.GOOD_AFTERNOON: "(bon après midi|bonne après midi|bon aprem|bonne aprem|\
            bel après midi) [à toi]",
    Intent.GOOD_MORNING: "(bon matin|bon réveil|bon petit matin) [à toi]",
    Intent.HOW_DID_YOU_SLEEP: """
        [bonjour|coucou|salut] [tu as|as tu|t'as] bien dormi [cette nuit]
        bien réveillée
    """,
    Intent.GOOD_NIGHT: """
        [je te souhaite [une]|passe une|allez|et] (bonne nuit|bne nuit|bn|douce nuit|belle nuit|\
            bonnenuit|très bonne nuit) [à toi|et fais de beaux rêves|fais de beaux rêves|et à demain|\
            repose toi bien|dors bien|et dors bien]
        (dors bien|repose toi bien|dors bien et fais de beaux rêves)
    """,
    Intent.SWEET_DREAMS: "[et] [fais de|fait de] (beaux rêves|beau rêve|doux rêves|bons rêves) [à toi]",
    Intent.GOODBYE: """
        (bye|au revoir|à plus|à plus tard|à tout à l'heure|ciao|a tte|a+|à toute|à la prochaine|\
            bye bye|on se parle plus tard|à tantôt|à tt|tchao|on se reparle|bon je te laisse|\
            je te laisse|je dois y aller|je dois te laisser|faut que j'y aille|je file) [toi|tard]
        prends [bien] soin de toi
    """,
    Intent.UNTIL_TOMORROW: "(à demain|on se parle demain|à dem1) [alors]",
    Intent.UNTIL_SOON: "(à bientôt|à très bientôt|à très vite|à vite|à bientot) [j'espère]",
    Intent.GOOD_DAY: """
        [passe une|je te souhaite une|je te souhaite|passe|et|allez|très] (bonne|belle|excellente|\
            douce|agréable|super|très bonne|très belle) (journée|fin de journée) [à toi]
    """,
    Intent.PLEASANT_EVENING: """
        [passe une|je te souhaite une|je te souhaite|passe|et|allez|très] (bonne|belle|excellente|\
            douce|agréable|super|très bonne|très belle) (soirée|fin de soirée) [à toi]
    """,
    Intent.GOOD_WEEKEND: """
        [passe un|je te souhaite un|et|passe] (bon|excellent|super|beau|très bon) (week end|weekend|\
            we) [à toi]
    """,
    Intent.HOW_ARE_YOU: """
        [et] [comment] (ça va|ca vas|tu vas|vas tu|va tu|allez vous|vous allez|sa va|tu te sens|\
            ça se passe|tu va|va) [toi|bien|aujourd'hui|et toi|la forme|ma belle|sinon|de ton côté]
        (tu vas|vas tu|tu va) bien [aujourd'hui|toi|sinon]
        (cv|sava|comment va|cava|ça roule|ça gaze|ça dit quoi|comment tu te sens|comment tu te portes|\
            comment te portes tu|comment c'est|tu te portes bien) [toi|bien|aujourd'hui|et toi]
        (la forme|en forme|tout va bien|tu vas bien|ça va bien|tout roule|bien ou quoi|bien ou bien|\
            et toi|et toi ça va|toi ça va|et toi comment ça va|et toi tu vas bien|\
            comment allez vous) [toi|aujourd'hui|sinon]
    """,
    Intent.HOPE_WELL: """
        j'espère [que] (tu vas bien|ça va|tout va bien|tu te portes bien|tu es en forme|\
            tout se passe bien|vous allez bien) [pour toi|toi|aujourd'hui|de ton côté]
        en espérant que (tu vas bien|tout va bien)
    """,
    Intent.HOW_WAS_DAY: """
        (comment s'est passée|comment s'est passé|comment se passe|comment était|c'était comment|\
            comment fut|comment va|elle s'est bien passée) ta journée [aujourd'hui|toi]
        [et] ta journée (s'est bien passée|se passe bien|était bien|c'est bien passée|\
            s'est bien passé|s'est passée comment) [toi]
        [tu as passé|t'as passé|as tu passé] une bonne journée
        (ta journée|bien ta journée|bonne journée aujourd'hui|tu passes une bonne journée|\
            ça a été ta journée|ça s'est bien passé ta journée)
    """,
    Intent.HOW_WAS_EVENING: """
        (comment s'est passée|comment se passe|comment était|c'était comment) ta soirée
        ta soirée (s'est bien passée|se passe bien|était bien)
        [tu as passé|t'as passé|tu passes] une bonne soirée
    """,
    Intent.HOW_WAS_NIGHT: """
        (comment s'est passée|comment était|c'était comment) ta nuit
        ta nuit (s'est bien passée|était bien)
        [tu as passé|t'as passé|as tu passé] une bonne nuit
    """,
    Intent.HOW_WAS_WEEKEND: """
        (comment s'est passé|comment se passe|comment était|c'était comment) ton (week end|weekend|we)
        ton (week end|weekend|we) (s'est bien passé|se passe bien|était bien)
        [tu as passé|t'as passé|tu passes] un bon (week end|weekend)
    """,
    Intent.ARE_YOU_THERE: """
        [tu es|t'es|es tu|vous êtes] (là|toujours là|réveillée|debout|dispo|disponible|en ligne|\
            encore là|connectée|encore debout) [toi]
        y a quelqu'un
    """,
    Intent.WHAT_ARE_YOU_DOING: """
        [et] [toi] (tu fais|que fais tu|qu'est ce que tu fais|tu fais quoi|fais quoi|\
            qu'est ce tu fais|tfk|tu fait quoi|keske tu fais|kesketufai|que faites vous) [de beau|\
            de bon|là|quoi|quoi de beau|de beau aujourd'hui|aujourd'hui|en ce moment|toi|ma belle]
        (quoi de neuf|tu fais quoi de beau|tu deviens quoi|quoi de beau|quoi de 9|tu racontes quoi|\
            raconte|qu'est ce que tu racontes|que racontes tu|tu es occupée à quoi|quoi de bon|\
            quel est le programme) [toi|aujourd'hui|chez toi]
    """,
    Intent.WELL: """
        [moi] [oui] (ça va|je vais bien|je vais très bien|très bien|tout va bien|nickel|bien|\
            super bien|ça va bien|ça va super|impec|impeccable|pas mal|tranquille|au top|ça roule|\
            la pêche|en pleine forme) [moi] [merci] [aussi] (et toi|et vous|et toi ça va|\
            et toi comment tu vas|toi|et toi tu vas bien)
        [moi] [oui] (ça va bien|je vais bien|je vais très bien|très bien|nickel|ça va super|\
            tout va bien|super bien|ça va très bien|au top) [merci|merci beaucoup|moi aussi|de mon côté]
    """,
}
