"""English."""

from __future__ import annotations

from workers.chat_suggestions.phrases.grammar import Language
from workers.chat_suggestions.phrases.intents import Intent

_GREAT = "(beautiful|gorgeous|sexy|hot|pretty|cute|stunning|amazing|perfect|lovely|fine|incredible|adorable)"

ENGLISH = Language(
    tag="en",
    phrases={
        Intent.GREETING: """
            (hi|hey|hello|hiya|heya|hii|heyy|howdy|yo|sup) [there|you|again]
            (good|gud) (evening|afternoon)
            happy (monday|friday|weekend|sunday)
        """,
        Intent.GOOD_MORNING: """
            (good|gud|goodmorning) (morning|mornin)
            (goodmorning|gm|morning|mornin)
            (morning|good morning) to you
        """,
        Intent.GOOD_NIGHT: """
            [have a] (good|gud) night
            (goodnight|gn|night|nite|night night|nighty night)
            [have] (sweet dreams|sweet dream)
            sleep (well|tight)
            (good night|goodnight) and sweet dreams
        """,
        Intent.GOODBYE: """
            (bye|bye bye|goodbye|byebye|cya|see you|see ya) [later|soon]
            (talk|speak|chat) [to you] (later|soon)
            (ttyl|take care)
            have a (good|great|nice|lovely|wonderful|beautiful|amazing) (day|evening|one|weekend)
        """,
        Intent.HOW_ARE_YOU: """
            how (are|r) (you|u|ya) [doing|feeling] [today|tonight]
            (hows|how is) it going [today]
            how (you|u) (doing|been) [today]
            how (have|ve) you been [doing]
            how (is|was) your (day|night|evening|morning|weekend) [going] [so far]
            (hows|howd) your (day|night|evening|morning|weekend) [been|going] [so far]
            how do you do
            are you (ok|okay|good|well|alright)
            (hope|i hope) (you are|youre|your) [doing] (well|good|ok|okay|great|fine|alright)
            (hope|i hope) (you are|youre) having a (good|great|nice|lovely|wonderful|amazing) (day|evening|\
                night)
            (hru|whats good)
        """,
        Intent.WHAT_ARE_YOU_DOING: """
            (what|wat|wht) (are|r) (you|u|ya) (doing|doin|up to) [right now|rn|now]
            what (you|u) (doing|doin|up to) [right now|rn|now]
            (whatre|whatcha|watcha|whatchu) [you] (doing|up to) [right now|rn|now]
            (wyd|wud|whats up|wassup|wsup|whatsup|whats new|wyd rn)
        """,
        Intent.THANKS: """
            (thank you|thankyou|thanks|thx|ty|tysm|thank u|tnx|thanx) [so much|very much|a lot|a million|\
                again]
            (many thanks|much appreciated|i appreciate (it|you))
            (thank you|thanks) for everything
            (youre|you are) the best
        """,
        Intent.COMPLIMENT: f"""
            (you are|youre|your|u are|ur|u r) [so|too|very|such a|absolutely|just|really|simply] {_GREAT}
            (you are|youre) [such] a (beauty|goddess|queen|angel|dream|babe|cutie)
            (you look|u look|looking) [so|absolutely|just|really] (good|great|{_GREAT})
            (so|too|very|absolutely|wow so|damn so) {_GREAT}
            (wow|damn|omg|oh my god|oh my|mmm|mmmm) [you are|youre|you look] [so] {_GREAT}
            (what a (beauty|goddess|babe)|love your (smile|eyes|body|face|hair|pics|photos|pictures|videos))
            i love your (smile|eyes|body|face|hair|pics|photos|pictures|videos)
            (stunning|perfect|amazing|wonderful|incredible|flawless)
            you (have|got) (beautiful|amazing|gorgeous|stunning|pretty) (eyes|hair|legs)
            you have a (beautiful|gorgeous|lovely|amazing|perfect|stunning) (smile|body|face)
        """,
        Intent.MISS_YOU: """
            [i] [really|already] (miss|missed|missing) (you|u) [so much|a lot|so bad|badly|already|too]
            (ive|i have) missed you [so much|a lot]
            [im|i am|was|been|i was|ive been] (thinking|thinkin) (about|of) (you|u) [all day|all night|a lot]
        """,
        Intent.LOVE_YOU: """
            [i] [really] (love|luv|adore) (you|u|ya) [so much|a lot|too]
            (ily|ilysm|ly)
            (im|i am) [so] in love with you
            (im|i am) [so] crazy about you
        """,
        Intent.CONTENT: """
            [can you|could you] (send|show) [me] [some|a|any|your|more] [new|hot|sexy] \
                (pics|pic|photo|photos|picture|pictures|video|videos|vid|vids|content|nudes|nude)
            [can you|could you] (send|show) me (more|something)
            (can i|may i|could i|let me|i want to|i wanna|id love to|would love to) (see|get|have) \
[some|a] (more|more of you|pics|photos|videos|content|you)
            [do you have|have you got|got|you got|any] [any|some] [new|more] (pics|photos|videos|vids|content)
            (i want|i need|i wanna see) [to see] more [of you] [please]
            show me [more|something] [please]
        """,
        Intent.PRICE: """
            how much [is it|does it cost|for it|is that|do you charge|for a video|for a pic|for pics|\
                for videos|for nudes]
            (how much|what) (are|is) your (prices|price|rates|rate|menu)
            (whats|what is|whats the|what is the) (price|cost) [please]
            (price|prices|price list|rates|menu) [please]
            do you have a (menu|price list)
        """,
    },
    praise="(beautiful|gorgeous|sexy|hottie|stunner|cutie|pretty|hot stuff|goddess)",
    fillers="""
        (babe|baby|bby|bb|babes|babygirl|hun|honey|hon|sweetie|sweetheart|darling|dear|sweety|love|my love)
        (my dear|princess|my princess|queen|my queen|my beautiful|my angel|angel|boo|girl|lady|my lady|sugar)
        (please|pls|plz|xx|xxx|xo|xoxo|muah|mwah|aww|awww|oh|ah|mmm|omg|haha)
    """,
    telling="""
        the and you your are with for this that have what when how was not but just like would about they she
        from there here been can will want
    """,
)
