"""German."""

from __future__ import annotations

from workers.chat_suggestions.phrases.grammar import Language
from workers.chat_suggestions.phrases.intents import Intent

_GREAT = (
    "(schön|hübsch|heiß|heiss|süß|suess|sexy|wunderschön|bezaubernd|traumhaft|perfekt|geil|umwerfend|toll)"
)
_VERY = "(so|sehr|echt|einfach|mega|total|richtig|wirklich|unglaublich)"

GERMAN = Language(
    tag="de",
    phrases={
        Intent.GREETING: """
            (hallo|hi|hey|na|huhu|moin|servus|hallöchen|hallo du|hey du|na du|hi du|grüß dich|guten abend|\
                guten tag)
        """,
        Intent.GOOD_MORNING: "(guten morgen|gumo|schönen guten morgen|morgen) [dir]",
        Intent.GOOD_NIGHT: """
            (gute nacht|gn|guti nacht|nacht) [dir]
            (schlaf gut|schlaf schön|träum schön|träum süß|süße träume|träum was schönes)
        """,
        Intent.GOODBYE: """
            (tschüss|tschüs|ciao|bye|bis bald|bis später|bis dann|bis morgen|mach's gut)
            [ich wünsche dir] [noch] [einen|ein] (schönen tag|schönen abend|schönes wochenende) [dir|noch]
        """,
        Intent.HOW_ARE_YOU: """
            (wie geht's|wie gehts|wie geht es|wie geht) [dir] [heute|so]
            (wie war|wie ist) dein (tag|abend|wochenende) [so]
            (alles gut|alles klar|alles ok|na wie geht's) [bei dir]
            ich hoffe [dir geht's gut|es geht dir gut|dir geht es gut]
        """,
        Intent.WHAT_ARE_YOU_DOING: """
            was (machst|treibst) du [gerade|so|grad|schönes|gerade so|grade]
            was geht [ab]
            was gibt's neues
        """,
        Intent.THANKS: """
            (danke|vielen dank|dankeschön|dankesehr|tausend dank|danke dir|ich danke dir) [sehr|schön|\
                für alles|vielmals]
            du bist die beste
        """,
        Intent.COMPLIMENT: f"""
            (du bist|du siehst|bist|siehst) [{_VERY}] (hübsch aus|gut aus|toll aus|heiß aus|{_GREAT})
            {_VERY} {_GREAT}
            (wow|wahnsinn|mmm) [du bist|du siehst] [{_VERY}] {_GREAT}
            (traumfrau|was für eine traumfrau|eine traumfrau|wunderschön|umwerfend|bezaubernd)
            ich liebe (dein lächeln|deine augen|deinen körper|deine bilder|deine fotos|deine videos)
            du bist [eine|ein|die] (göttin|traumfrau|engel|wucht|traum)
        """,
        Intent.MISS_YOU: """
            [ich] (vermisse|vermiss|vermisste) dich [so|sehr|so sehr|schon]
            [ich] (denke|denk|dachte|muss) [die ganze zeit|immer|nur] an dich [denken]
            du fehlst mir [so|sehr]
        """,
        Intent.LOVE_YOU: "[ich] (liebe dich|lieb dich|hab dich lieb|hdl|hdgdl) [so|sehr|so sehr]",
        Intent.CONTENT: """
            [kannst du|könntest du|magst du] (schick|schicke|zeig|zeige|schickst) [du] [mir] [bitte] [mehr|\
                ein|paar|ein paar|noch] (bild|bilder|foto|fotos|video|videos|nudes|mehr|von dir)
            [kannst du|könntest du] mir [bitte] [mehr|ein|ein paar] (bild|bilder|foto|fotos|video|videos|\
                nudes) (schicken|zeigen)
            (ich will|ich möchte|darf ich|kann ich|ich würde gerne) mehr [von dir] sehen
            hast du [neue|mehr] (bilder|fotos|videos|content|nudes)
        """,
        Intent.PRICE: """
            (was|wie viel|wieviel) (kostet|kosten|nimmst du|kostet das|kostet es|kosten deine videos|\
                kosten bilder|kostet ein video)
            (preis|preise|preisliste|wie sind deine preise|was sind deine preise|hast du eine preisliste)
        """,
    },
    praise="(schönheit|hübsche|schöne|süße|sexy|meine schöne|traumfrau|göttin)",
    fillers="""
        (schatz|baby|babe|mein schatz|liebes|maus|mäuschen|süsse|engel|mein engel|prinzessin|liebe|du|\
                bitte|bussi)
        (küsschen|kuss|und|oh|ach|mal|denn|mmm|xx)
    """,
    telling="""
        ich du er sie wir ist sind der die das ein eine und nicht mit auf für dir dich mir mich bin bist \
                was wie
        auch noch schon sehr habe hast
    """,
)
