"""What fans write in English to thank, to praise, to long, and to ask for more."""

from __future__ import annotations

from collections.abc import Mapping

from workers.chat_suggestions.phrases.intents import Intent

_GREAT = (
    "(beautiful|gorgeous|sexy|hot|pretty|cute|stunning|amazing|perfect|lovely|fine|incredible|adorable|"
    "attractive|breathtaking|damn fine|flawless|wonderful|precious|delicious|captivating|magical)"
)
_MUCH = "[so much|very much|a lot|a million|again|sm|loads|a bunch|kindly]"

FONDNESS: Mapping[Intent, str] = {
    Intent.THANKS: f"""
        (thank you|thankyou|thanks|thx|ty|tysm|thank u|tnx|thanx|thank ya|thks|tyvm|tyty|thanku|thnx|\
            thank) {_MUCH} [love|for that|for this|for it|for everything|for replying|for the reply|\
            for the message|for answering|for writing back|for the pic|for the photo|for the video|\
            for the follow|for the add|for your message|for your time|for sharing|for being you|\
            for the pics]
        (many thanks|much appreciated|i appreciate (it|you|that)|appreciate (it|you)|\
            really appreciate it|i really appreciate it|cheers)
        that means a lot [to me]
    """,
    Intent.WELCOME: """
        (youre|your|you are|ur|u r|youre so|youre very|you are very) [so|very|most] welcome
        (no problem|no worries|np|anytime|any time|my pleasure|of course babe|dont mention it|\
            dont worry about it|its ok|its okay|its all good|thats ok|thats okay|no prob|no probs)
    """,
    Intent.SORRY: """
        [im|i am] [so|really|very] sorry [about that|for that|for the late reply|\
            for the late response|for the delay|for replying late|babe|for not replying|for being late]
        (my bad|oops|sry|srry|my apologies|i apologize|i apologise|apologies|pardon me|forgive me|\
            whoops|oops sorry)
    """,
    Intent.ACKNOWLEDGES: """
        (ok|okay|oki|okey|okie|kk|k|okay then|ok then|alright|aight|alrighty|got it|gotcha|i see|\
            understood|makes sense|fair enough|cool|coolio|nice|nice one|great|awesome|perfect|\
            sounds good|sounds great|sounds fun|good to know|good|sweet|oh ok|oh okay|oh nice|oh cool|\
            ah ok|ah okay|very nice|very cool|thats nice|thats cool|thats great|thats good|\
            thats awesome|fine|noted|word|bet|copy that|lovely|wonderful|excellent|so cool|so nice|\
            thats so cool|good to hear|great to hear|glad to hear|glad to hear it|happy to hear that|\
            glad to hear that)
    """,
    Intent.AGREES: """
        (yes|yeah|yea|yep|yup|ya|yh|yuh|sure|of course|ofc|definitely|absolutely|totally|for sure|\
            certainly|exactly|true|so true|very true|right|indeed|agreed|yes please|yes i do|yes i am|\
            i do|i am|me too|same|same here|i agree|sure thing|hell yeah|hell yes|oh yeah|oh yes|\
            yes maam|deal|why not|thats right|thats true|you know it|please do|yes you are)
    """,
    Intent.WOW: "(wow|woah|whoa|wowza|wow wow|oh wow)",
    Intent.LIKES_CONTENT: """
        [i] [really|just|absolutely] (love|loved|luv|like|liked|adore|enjoyed) (it|this|that|these|\
            those|the pic|the pics|the photo|the photos|the video|the view|your content|ur content|\
            your page|your post|your posts|your work|your pics|your photos|your pictures|your videos|\
            your vids|your stuff|what i see|this one|that one|this pic|that pic|this photo|this video|\
            that video|the new pics|the new post|everything you post) [so much|a lot|too]
        [what a|such a|that|this|thats a|very|so] (nice|great|amazing|hot|sexy|beautiful|gorgeous|\
            cute|good|lovely|awesome|stunning|incredible|perfect|fantastic) (pic|pics|photo|photos|\
            picture|pictures|shot|video|vid|view|set|post|content|outfit|look|body|view babe|selfie|one)
        (thats|that is|that was|this is|its|it was|it is|theyre|those are|these are) [so|just|really|\
            fucking|too|absolutely|damn|very|super] (hot|sexy|amazing|beautiful|gorgeous|cute|\
            incredible|perfect|awesome|lovely|stunning|fire|insane)
    """,
    Intent.COMPLIMENT: f"""
        (you are|youre|your|u are|ur|u r|you r|you|u) [just|always|looking|look] [so|too|very|such a|\
            absolutely|just|really|simply|so damn|so fucking|super|the most|insanely|unbelievably|\
            always so|always|incredibly|truly|always looking|looking] {_GREAT} [woman|girl|lady|today|\
            in that|as always|as ever|and {_GREAT}|in this]
        (you are|youre|u are|ur) [such|really|truly] [a|an|my|the] [real|total|absolute|pure|\
            true] [little] (beauty|goddess|queen|angel|dream|babe|cutie|stunner|hottie|doll|smokeshow|\
            snack|princess|baddie|masterpiece|work of art|vision|sight|treasure|bombshell|dream girl|\
            dream come true|perfection|{_GREAT} woman|{_GREAT} girl)
        (you look|u look|looking|lookin|you looked|you always look|you looking) [so|absolutely|just|\
            really|very|damn|super|extra] (good|great|{_GREAT}|fire|like a (goddess|dream|queen|model|\
            snack)) [today|in that|as always|as ever|in this|in that pic|in that photo|in this pic|\
            in your pics]
        (so|too|very|absolutely|wow so|damn so|simply|just|super|fucking|damn) {_GREAT}
        (wow|damn|omg|oh my god|oh my|mmm|mmmm|god|dayum|daamn|jesus|holy shit|omfg|goddamn|my god|\
            woah|whoa) [girl|baby|babe|you are|youre|you look|ur|u look|look at you|looking|\
            thats] [so|just|too] [fucking] {_GREAT}
        what a (beauty|goddess|babe|body|woman|smile|stunner|hottie|{_GREAT} (woman|girl|lady|body|\
            smile|face))
        [i] [really|just|absolutely] (love|adore|like) your (smile|eyes|body|face|hair|lips|legs|\
            curves|look|style|ass|boobs|tits|tattoos|voice|skin|outfit|vibe|energy|laugh|booty)
        (stunning|perfect|amazing|wonderful|incredible|flawless|breathtaking|perfection)
        (you|u) (have|got) [such] [a|an] [the] [most|very|really|so] [beautiful|amazing|gorgeous|\
            stunning|pretty|lovely|sexy|perfect|incredible|cutest|prettiest|hottest|best] (eyes|hair|\
            legs|smile|body|face|lips|ass|boobs|tits|curves|voice|skin|butt|booty)
        nobody compares to you
        (most|the most) (beautiful|gorgeous) (woman|girl) [ever|in the world|alive|on here]
        (how are|why are) you so {_GREAT}
    """,
    Intent.KINDNESS: """
        (you are|youre|your|u are|ur|u r) [so|too|very|such a|really|always so|the] (sweet|kind|nice|\
            funny|sweetest|kindest|best|fun|thoughtful|great|cool|awesome|special|lovely person|\
            sweetheart|the sweetest|wonderful person|amazing person|sweetie|gem|real one|\
            nicest) [to me|person|girl|ever|too]
        (thats|that is|how|so|aww thats|aww so|awww so) [so|very|really] (sweet|kind|nice of you|\
            sweet of you|kind of you)
        you (make me smile|made my day|make my day|always make me smile|made me smile|make me happy|\
            make me laugh|make me so happy|always make my day|brighten my day) [so much|every day|\
            every time]
        (the best|best girl|my favorite|my favourite|youre my favorite|you are my favorite|\
            youre my favourite)
    """,
    Intent.EXCITED: """
        [i] [just] [really] (cant|can not|cannot) wait [babe|any longer|for it|for that|to see it|\
            to see you|to see more|for more|to see them|to see that|to see what you have]
        [im|i am] [so|very|really|super] (excited|looking forward to it|hyped|stoked|pumped)
        [im|i am] (counting the (hours|days|minutes)|looking forward to (it|that|more))
        yay
    """,
    Intent.MISS_YOU: """
        [i] [really|already|just|still] (miss|missed|missing|mis) (you|u|ya|talking to you|your face|\
            your smile|chatting with you|our chats|you so) [so much|a lot|so bad|badly|already|too|\
            like crazy|terribly|more|sm|today|every day|babe]
        (ive|i have|i been|ive been|im|i am) [really|been] (missed|missing) (you|u) [so much|a lot|\
            so bad|too|today]
        [im|i am|was|been|i was|ive been|just|cant stop|i cant stop|always|im always|still|\
            always been|couldnt stop|i keep|keep] [just] (thinking|thinkin|dreaming|\
            thinking only) (about|of) (you|u) [all day|a lot|today|babe|constantly|right now|again|\
            so much|nonstop|every day|all the time]
        (i think|i thought|thought|i dream|i dreamt|i dreamed|dreamt|dreamed) (about|of) (you|\
            u) [all day|a lot|every day|all the time|today]
        (youre|you are|ur) (on my mind|always on my mind|in my thoughts|all i think about) [all day]
        (wish you were here|i wish you were here|wish i was there [with you]|wish i was with you|\
            i wish i was with you|i wish we were together|wish you were with me|\
            wish you were next to me)
    """,
    Intent.LOVE_YOU: """
        [i] [really|just|so|do|truly] (love|luv|adore|lov) (you|u|ya) [so much|a lot|too|more|sm|babe|\
            to bits|to death|to the moon and back|forever|always|so so much|very much]
        (ily|ilysm|ly|ilu|love ya|i love u|luv u|ily2|lysm|much love|lots of love|\
            all my love) [so much|too]
        (im|i am|i think im|think im) [so|totally|completely] in love with (you|u)
        (im|i am) [so] (crazy|obsessed|mad|nuts|addicted|hooked) (about|with|for|to|on) (you|u)
        (im|i am|i think im|think im) falling [in love] [for|with] (you|u) [hard]
        (you are|youre) (my everything|the love of my life|my dream girl|my world|my sunshine|my crush)
        i (like|really like|like really) (you|u) [so much|a lot]
        [i have] [such a|a] [huge|big|massive] crush on (you|u)
    """,
    Intent.DESIRE: """
        [i] [really|just|so] (want|need|crave|wanna kiss|want to kiss|wanna hold|want to hold|desire|\
            wanna hug|want to hug|wanna cuddle|want to cuddle|could kiss|wish i could kiss|\
            wish i could hold|wish i could hug) (you|u|with you) [so|right] [so much|so bad|badly|\
            so badly|right now|rn|now|bad]
        (you|u) (turn me on|drive me crazy|drive me wild|make me hard|make me so hard|make me horny|\
            make me weak|make me melt|make me crazy|get me so hard|get me hard|get me going) [so much|\
            so bad|every time]
        [im|i am] [so|really|feeling|feelin] (horny|turned on|hard|hard for you|horny for you|\
            hard right now) [rn|right now|for you|now]
        [youre|you are] so (tempting|seductive|irresistible)
        (kiss me|hold me|hug me|cuddle me|i need a hug|cuddles|let me kiss you)
    """,
    Intent.KISSES: """
        (kisses|kiss|hugs|hug|kisses and hugs|hugs and kisses|big kiss|big hug|big kisses|\
            lots of kisses|sending kisses|sending you kisses|sending love|sending you love|\
            sending hugs|a kiss|many kisses|kiss kiss) [to you|for you|back|from me]
    """,
    Intent.BACK: """
        (im|i am|finally|just|just got|im finally|i just got|im just|just got back) [finally|\
            now] (back|home|back home|here|here now|off work|home from work|out of work|\
            done with work|done work|finished work|back from work|back online) [again|now|babe]
    """,
    Intent.NEW_HERE: """
        [hey] [i] [just|finally] (subscribed|subbed|joined|followed you|signed up|became a fan|\
            found your page|found you|resubscribed) [to you|to your page|here|today|babe|to u]
        [im|i am] [a] new (here|sub|subscriber|fan|follower|to this|to your page|around here|on here)
        (new fan|new sub|new subscriber|first time here)
    """,
    Intent.WOKE_UP: """
        [i] just (woke up|waking up|got up|got out of bed)
        [i] [im] (just|only just) (woke|awake|up|waking up) [up]
    """,
    Intent.AT_WORK: """
        (im|i am|still|im still|stuck|just|currently|im just|i m) [stuck|still] (at work|working|\
            on my way to work|heading to work|off to work|going to work|on my break|on break|on lunch|\
            on my lunch break|in the office|at the office) [right now|rn|now|today|still|babe]
        (at work|working|back to work|long day at work|busy at work|busy day at work|\
            work is boring) [right now|rn|now|today|still]
    """,
    Intent.BORED: """
        [im|i am] [just] [so|really|kinda|super|very] (bored|boring day|bored at home|\
            bored at work) [right now|rn|today|now|af]
        (just|im just|just here|im) (chilling|chillin|relaxing|laying in bed|lying in bed|\
            chilling at home|in bed|at home|hanging out|chilling in bed) [right now|rn|now|today|\
            and you|wbu|hbu|you|thinking of you|at home]
        (not much|nothing much|nm|nothin much|nothing really|not a lot|same old|\
            nothing special) [and you|wbu|hbu|you|u|how about you|just chilling|just relaxing]
    """,
    Intent.TIRED: """
        [im|i am] [just] [so|really|kinda|super|very] (tired|exhausted|sleepy|beat|\
            worn out) [right now|rn|today|now|from work|after work]
        [its been|it was|had|what] a (long|rough|tiring) day [today|at work]
        long day [today|at work]
    """,
    Intent.TO_BED: """
        [im|i am|ima|im gonna|gonna|i will|ill|time|im about] [off|going|heading|headed|about|\
            just] [to] (bed|sleep|go to bed|go to sleep|hit the bed|hit the hay) [now]
        [i] (should|need to|gotta|have to|must|better) (sleep|go to bed|go to sleep|\
            get some sleep) [now]
    """,
    Intent.CONTENT: """
        [please] [can you|could you|would you|will you|can u|pls|i want you to] (send|show|\
            give) [me] (more|something|something new|something hot|something sexy|something special|\
            some more|a surprise|a preview|a sneak peek|a little something|a little more|\
            everything) [of you|please]
        (can i|may i|could i|let me|i want to|i wanna|wanna|id love to|would love to|i need to|\
            want to|i would love to) (see|get|have) [some|a|all of|a little|a bit] [more|\
            all] [more of you|of you|of that|content|of your body|of it|you] [please]
        [do you have|have you got|got|you got|any|do u have] [any|some|something] [new|more|hot|\
            spicy] (content|stuff|new|posts|today)
        (i want|i need|i wanna see|give me|want|need) [to see] (more|more of you|more of that|\
            some more) [please]
        (show [me] more|more (please|of you|content)) [please|of you|of that|content]
        (what|whats|what new|what kind of) [content|stuff|else] (do you have|you got|have you got|\
            do you got|do u have)
        (do you|do u) (do|make|sell|take|offer) (customs|custom content|requests|custom requests|\
            custom stuff)
        [what are you|when are you] (posting|releasing) [something] new
    """,
    Intent.PHOTO: """
        [please] [can you|could you|would you|will you|can u|pls|can i get you to] (send|show|give|\
            drop) [me] [some|a|any|your|more|another|the|one of your] [new|hot|sexy|cute|more|nice|\
            naughty|spicy|recent|good] (pics|pic|photo|photos|picture|pictures|selfie|\
            selfies) [of you|of yourself|please|babe]
        (can i|may i|could i|let me|i want to|i wanna|wanna|id love to|would love to|can we) (see|get|\
            have) [some|a|more|your|any|another] [new|hot|sexy|cute|more|of your] (pics|pic|photo|\
            photos|picture|pictures|selfie|selfies) [of you|please]
        [do you have|have you got|got|you got|any|do u have|where are the|i want|i need|i love your|\
            want|need|more|new] [any|some|more|your] [new|more|hot|sexy] (pics|photos|pictures|\
            selfies|pic|photo) [of you|please|today|for me]
        (pic|pics|photo|photos|selfie) (please|pls|plz|of you)
    """,
    Intent.VIDEO: """
        [please] [can you|could you|would you|will you|can u|pls] (send|show|give|make|\
            drop) [me] [some|a|any|your|more|another|the] [new|hot|sexy|cute|more|naughty|spicy|short|\
            nice] (video|videos|vid|vids|clip|clips) [of you|please|for me|babe]
        (can i|may i|could i|let me|i want to|i wanna|wanna|id love to|would love to) (see|get|have|\
            watch) [some|a|more|your|any|another] [new|hot|sexy|more] (video|videos|vid|vids|clip|\
            clips) [of you|please]
        [do you have|have you got|got|you got|any|do u have|i want|i need|want|need|more|new] [any|\
            some|more|a] [new|more|hot|sexy] (videos|vids|clips|video|vid) [please|today|for me|of you]
    """,
    Intent.NUDES: """
        [can you|could you|would you|will you|can u|pls|please] (send|show) [me] [some|a|any|your|\
            more] [hot|sexy] (nude|nudes) [please]
        (can i|may i|let me|i want to|i wanna|id love to) (see|get|have) [some|a|your|any] (nude|\
            nudes|you naked)
        [do you have|got|any|do you send|do you sell|you send|send] (nudes|nude pics) [please]
    """,
    Intent.PRICE: """
        [so] how much [is it|does it cost|for it|is that|do you charge|would it be|would that be|\
            for that|is this|for this|u charge|for everything|for all|for more|you charge|do you want|\
            does that cost|are they|are those|for them|for a custom|for something special|\
            is your content] [babe|please]
        (how much|what|how much for) (are|is|r) (your|ur|the) (prices|price|rates|rate|menu|content|\
            customs)
        (whats|what is|whats the|what is the|what are|what are the|whats your|what is your|\
            what are your) (price|cost|prices|rates|menu|price list|rate) [please]
        [send|can i see|can i get|show] [me] [the|your|a] (price|prices|price list|rates|menu|pricing|\
            ppv menu) [list|please]
        (do you have|got|have you got|you have|is there) [a|any] (menu|price list|prices)
        what does it cost
    """,
    Intent.PHOTO_PRICE: """
        how much [is it|does it cost|do you charge|would it be|is|are|do you want|u charge] [for] [a|\
            some|the|your|one of your|nude|custom|sexy] [nude|custom|sexy] (pic|pics|photo|photos|\
            picture|pictures|nudes)
    """,
    Intent.VIDEO_PRICE: """
        how much [is it|does it cost|do you charge|would it be|is|are|do you want|u charge] [for] [a|\
            some|the|your|one of your|custom|sexy|nude] [custom|sexy|nude] (video|videos|vid|vids|clip)
    """,
}
