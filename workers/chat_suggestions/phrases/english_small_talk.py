"""What fans write in English to begin, to end, and to ask how one is."""

from __future__ import annotations

from collections.abc import Mapping

from workers.chat_suggestions.phrases.intents import Intent

SMALL_TALK: Mapping[Intent, str] = {
    Intent.GREETING: """
        (hi|hey|hello|hiya|heya|howdy|yo|sup|heyo|hey hey|hi hi|aye|ello) [there|you|again|to you|u]
        (greetings|whats good)
        just (saying|wanted to say|popping in to say|dropping by to say|stopping by to say|\
            came to say) (hi|hey|hello)
    """,
    Intent.GOOD_MORNING: """
        [a very|and|have a] (good|gud|lovely|happy) (morning|mornin|mornings|morn) [to you|my love|\
            sunshine|beautiful|from me]
        (goodmorning|gm|morning|mornin|gmorning|g morning|top of the morning|rise and shine) [to you|\
            sunshine]
    """,
    Intent.GOOD_AFTERNOON: "(good|gud) afternoon [to you]",
    Intent.GOOD_EVENING: "(good|gud) evening [to you]",
    Intent.GOOD_NIGHT: """
        [have a|and|have a very] (good|gud|lovely|great|nice|wonderful|peaceful) (night|nite) [to you|\
            rest]
        (goodnight|gn|night|nite|night night|nighty night|nighty|gnight|g night|nitey nite|nighty nite)
        (good night|goodnight|gn) (and sweet dreams|sweet dreams|sleep well|sleep tight)
        (sleep|rest) (well|tight|good|easy)
    """,
    Intent.SWEET_DREAMS: "[have] (sweet dreams|sweet dream|sweetest dreams|good dreams|\
            nice dreams) [of me]",
    Intent.GOODBYE: """
        (bye|bye bye|goodbye|byebye|cya|see you|see ya|see u|laters|later|good bye|bye now) [later|\
            around]
        [we will|well|lets|ill] (talk|speak|chat|text you|message you|ttyl|catch you) [to you|\
            with you] (later)
        (ttyl|take care|brb|gtg|g2g|gotta go|i gotta go|i have to go|have to go|i got to go|\
            got to go) [of yourself|now|bye|ttyl]
        until next time
    """,
    Intent.UNTIL_TOMORROW: """
        (talk|speak|chat|see you|see ya|see u|text you|message you|cya|until) [to you|\
            with you] (tomorrow|tmrw|tmr|tomorow)
    """,
    Intent.UNTIL_SOON: """
        (talk|speak|chat|see you|see ya|see u|text you|message you|ttys) [to you|with you] soon
        hope to (see|hear from) you soon
    """,
    Intent.GOOD_DAY: """
        [i] [hope|hoping] [you have|you are having|youre having|ur having|have|enjoy] (a|an|\
            your) [really|very] (good|great|nice|lovely|wonderful|beautiful|amazing|fantastic|awesome|\
            blessed|fabulous|sweet) (day|one|rest of your day) [today|ahead|too]
        enjoy (your|the rest of your) day
    """,
    Intent.PLEASANT_EVENING: """
        [i] [hope|hoping] [you have|you are having|youre having|have|enjoy] (a|an|your) [really|\
            very] (good|great|nice|lovely|wonderful|beautiful|amazing|fantastic) evening [too]
        enjoy your evening
    """,
    Intent.GOOD_WEEKEND: """
        [i] [hope|hoping] [you have|you are having|youre having|have|enjoy] (a|an|your) [really|\
            very] (good|great|nice|lovely|wonderful|beautiful|amazing|fantastic) weekend [too]
        (enjoy your weekend|happy weekend)
    """,
    Intent.HOW_ARE_YOU: """
        [so] how (are|r) (you|u|ya|things|things going|you all) [doing|feeling|holding up|\
            been] [today|lately|these days]
        how (you|u) (doing|doin|been|feeling|feelin) [today|lately]
        (hows|how is) (it going|everything|it goin|life|life treating you|things|my girl|\
            my favorite girl|your day been) [today|going]
        how (is|are) (it|things|everything) going [today]
        how (have|ve) you been [doing|lately]
        how do you do
        (are|r) (you|u) [doing] (ok|okay|good|well|alright|fine)
        (you|u) (ok|okay|good|alright|doing ok|doing good|doing well|doing okay)
        (hru|howre you|hows you|how you|how r u|how u|hbu|how about you|what about you|and you|and u)
        hope (all is|alls|everything is|everythings) (good|well|great|fine|ok)
        everything (ok|okay|good|alright)
    """,
    Intent.HOPE_WELL: """
        [i] [just] [hope|hoping] (you are|youre|your|u are|ur|u r) [doing|feeling|having|all] (well|\
            good|ok|okay|great|fine|alright|amazing|wonderful) [today|too]
        [i] [just] (hope|hoping) (you|u) (are|r|feel|feeling|had|have|slept|sleep) (well|good|ok|okay|\
            great|better)
        (hope|i hope) (you are|youre) having (fun|a good time)
    """,
    Intent.HOW_WAS_DAY: """
        [so] how (is|was|has|s) (your|ur|ya) day [going|been|today|treating you] [so far|today|babe]
        (hows|howd|howse) (your|ur) day [been|going|go] [so far|today]
        (having|you having|are you having) a (good|nice|great) day [so far|today]
        did you have a (good|nice|great) day
    """,
    Intent.HOW_WAS_EVENING: """
        how (is|was) (your|ur) evening [going|been] [so far]
        (hows|howd) (your|ur) evening [been|going|go] [so far]
    """,
    Intent.HOW_WAS_NIGHT: """
        how (is|was) (your|ur) night [going|been] [so far]
        (hows|howd) (your|ur) night [been|going|go] [so far]
    """,
    Intent.HOW_WAS_WEEKEND: """
        how (is|was) (your|ur) weekend [going|been] [so far]
        (hows|howd) (your|ur) weekend [been|going|go] [so far]
    """,
    Intent.HOW_DID_YOU_SLEEP: """
        (how did|howd) (you|u) sleep [last night]
        did (you|u) sleep (well|good|ok|okay|alright)
        slept well
    """,
    Intent.ARE_YOU_THERE: """
        [hey] (are|r) (you|u) (there|here|up|awake|online|around|still there|still up|still awake)
        (you|u) (there|here|up|awake|online|around|still up|still awake|still there)
        anyone there
    """,
    Intent.WHAT_ARE_YOU_DOING: """
        [so] (what|wat|wht|wut) (are|r) (you|u|ya) (doing|doin|up to|upto) [right now|rn|now|today|\
            there]
        [so] (what|wat|wut) (you|u|ya) (doing|doin|up to|upto) [right now|rn|now|today]
        (whatre|whatcha|watcha|whatchu|wachu|what ya|whatya) [you] (doing|up to|doin) [right now|rn|now]
        (wyd|wud|whats up|wassup|wsup|whatsup|whats new|wyd rn|wats up|what up|wazzup|whats going on|\
            what is up|what is new|whats happening|anything new|waddup|whats the plan|wbu|\
            hows things) [today|with you|with u]
    """,
    Intent.WELL: """
        (im|i am|i m|am|doing) [doing|feeling|pretty|very|really|so|all] (good|great|fine|well|ok|\
            okay|alright|amazing|better now|fantastic) [too|thanks|thank you|today|now] [and you|you|\
            hbu|wbu|how about you|how are you|what about you|and u|u]
        (good|great|fine|pretty good|all good|doing good|not bad|not too bad|cant complain) [thanks|\
            thank you] (and you|you|hbu|wbu|how about you|and u|u)
        (all good|doing good|doing great|doing well) [here]
    """,
}
