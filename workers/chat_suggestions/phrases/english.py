"""English."""

from __future__ import annotations

from workers.chat_suggestions.phrases.english_fondness import FONDNESS
from workers.chat_suggestions.phrases.english_small_talk import SMALL_TALK
from workers.chat_suggestions.phrases.grammar import Language

ENGLISH = Language(
    tag="en",
    phrases={**SMALL_TALK, **FONDNESS},
    praise="""
        (beautiful|gorgeous|sexy|hottie|stunner|cutie|pretty|hot stuff|goddess|pretty girl|pretty lady|\
                sexy lady|pretty woman|beautiful lady|beautiful girl|beautiful woman|sexy girl|\
                gorgeous girl|cutie pie|hot girl|lovely|good looking|foxy)
    """,
    fillers="""
        (babe|baby|bby|bb|babes|babygirl|hun|honey|hon|sweetie|sweetheart|darling|dear|sweety|love|\
                my love|luv|hunny|my baby|my babe|baby girl|sweetness|miss|maam|mamas|mama|my girl|\
                dearest|beautiful soul|my darling|sugar|sweet girl|sweet thing|cupcake)
        (my dear|princess|my princess|queen|my queen|my beautiful|angel|my angel|boo|girl|lady|my lady|\
                sexy lady|sunshine|mami|hot mama|my sweet|my favorite girl|my favourite girl|my sunshine|\
                treasure|bae|beb|sweet lady|my goddess|my sexy|pumpkin)
        (please|pls|plz|xx|xxx|xo|xoxo|xoxoxo|x|muah|mwah|mmm|mm|aww|awww|aw|oh|ah|haha|hehe|omg|and|well|\
                btw|anyway|anyways|n|oof|ooh|ooo|uh|um|hmm|hm|aha)
        (lol|lmao)
    """,
    telling="""
        the and you your are with for this that have what when how was not but just like would about they she
        from there here been can will want
    """,
)
