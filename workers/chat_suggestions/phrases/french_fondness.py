"""What fans write in French to thank, to praise, to long, and to ask for more."""

from __future__ import annotations

from collections.abc import Mapping

from workers.chat_suggestions.phrases.intents import Intent

_GREAT = "(belle|magnifique|sublime|jolie|sexy|canon|bonne|superbe|parfaite|mignonne|splendide|incroyable|\
                ravissante|magnifiques|canonissime|charmante|adorable|craquante|divine|bombe|bandante|\
                excitante|séduisante|éblouissante)"
_VERY = "(trop|si|tellement|très|vraiment|super|absolument|juste|toujours|toujours aussi|aussi|tjs|grave|\
                la plus)"
_YOU_ARE = "(tu es|t'es|vous êtes|tes|t|tu est|tu étais|t'étais)"
_SEND = "(envoie|envois|montre|donne|envoi|fais voir|fais moi voir|partage)"
_CAN_YOU = "(tu peux|peux tu|tu pourrais|pourrais tu|tu veux bien|tu voudrais|est ce que tu peux|tu peut)"
_SEE = "(je veux|je voudrais|j'aimerais|j'ai envie de|on peut|je peux|j'aimerais bien|j'ai hâte de|puis je)"

FONDNESS: Mapping[Intent, str] = {
    Intent.THANKS: """
        (merci|mrc|mci|merki) [beaucoup|infiniment|mille fois|bien|encore|à toi|pour tout|énormément|\
            bcp|pour ta réponse|pour le message|pour ton message|pour la photo|pour la vidéo|pour ça|\
            d'avance|pour les photos|pour ces photos|pour ton temps|d'avoir répondu|\
            de m'avoir répondu|de répondre|vraiment|d'être là] [ma belle|à toi]
        (mille mercis|un grand merci|grand merci|milles merci|je te remercie|tous mes remerciements|\
            je te remercie beaucoup)
        ça me (fait plaisir|touche) [beaucoup]
    """,
    Intent.WELCOME: """
        (de rien|avec plaisir|je t'en prie|pas de souci|pas de soucis|pas de problème|y a pas de quoi|\
            c'est normal|avec grand plaisir|tout le plaisir est pour moi|t'inquiète|tkt|\
            t'inquiète pas|pas de quoi|ce n'est rien|c'est rien|bienvenue)
    """,
    Intent.KINDNESS: f"""
        {_YOU_ARE} [{_VERY}] [la] (gentille|meilleure|géniale|drôle|gentil|un amour|un ange|\
            un rayon de soleil|cool|un trésor|une crème|formidable|au top|top|une perle|\
            exceptionnelle|attentionnée|douce|sympa|chou|une belle personne|ma préférée|\
            la plus gentille) [avec moi|toi]
        (c'est|cest|trop|c'est très|c'est trop|c'est vraiment|très|vraiment) (gentil|mignon|adorable|\
            sympa|chou|très gentil|trop gentil) [ça|de ta part|à toi]
        tu (me fais sourire|me fais rire|me rends heureux|illumines ma journée|égayes ma journée|\
            as fait ma journée) [toujours|beaucoup|tellement]
        (la meilleure|ma préférée)
    """,
    Intent.SORRY: """
        [je suis|chui|suis|oh] [vraiment|trop] (désolé|desole|dsl|pardon|excuse moi|navré|excusez moi|\
            toutes mes excuses|mes excuses|désolée|oups|oups pardon|oups désolé|\
            je m'excuse) [pour le retard|de répondre si tard|du retard|de ne pas avoir répondu|\
            vraiment|pour hier soir|de répondre tard|pour ça|pour l'attente]
    """,
    Intent.ACKNOWLEDGES: """
        (ok|okay|oki|d'accord|dac|dacc|d'acc|très bien|parfait|super|génial|cool|nickel|entendu|\
            ça marche|je vois|je comprends|compris|bien reçu|top|excellent|c'est noté|noté|ah ok|\
            ah d'accord|ok d'accord|ok super|ok parfait|bien|c'est cool|c'est bien|c'est super|\
            pas mal|c'est top|trop bien|trop cool|très cool|impeccable|bonne idée|formidable|chouette|\
            sympa|c'est génial|ah cool|ah super|ok merci|ça roule|okey|tant mieux)
    """,
    Intent.AGREES: """
        (oui|ouais|ui|wi|ouai|bien sûr|carrément|évidemment|exactement|exact|tout à fait|grave|\
            moi aussi|pareil|c'est vrai|clairement|avec plaisir oui|oui oui|mais oui|oui bien sûr|\
            ah oui|bah oui|ben oui|oui merci|volontiers|je suis d'accord|absolument|bien évidemment|\
            c'est sûr|oui stp|oui svp|moi oui|pourquoi pas|vas y)
    """,
    Intent.WOW: "(wow|waouh|wahou|ouah|waou|wouah|whaou|olala|oh là là|oulala|ouah ouah|waw)",
    Intent.LIKES_CONTENT: f"""
        [mais] [oh] (j'adore|j'aime|j'aime bien|je kiffe|j'aime beaucoup|j'ai adoré|j'ai aimé|\
            je suis fan|j'aime trop) [trop|ça|beaucoup|tellement|vraiment|cette photo|ces photos|\
            cette vidéo|ta photo|ta vidéo|ton contenu|tout|tes contenus|ta page|ton profil|celle là|\
            ce que je vois|ce que tu fais|tes posts|ta tenue|cette tenue|la vue]
        [c'est|cest|ça c'est] [{_VERY}] (chaud|hot|magnifique|sublime|beau|canon|excitant|top|\
            incroyable|parfait|superbe|sexy|joli|génial|torride|bandant)
        [{_VERY}] (jolie|belle|superbe|magnifique|sublime|canon|chouette|bonne|quelle|quelle belle|\
            très belle) (photo|vidéo|vue|tenue|photos|vidéos|vue)
        (belles|jolies|superbes|magnifiques|sublimes) (photos|vidéos)
        ça donne (envie|chaud)
    """,
    Intent.COMPLIMENT: f"""
        [mais] [que] {_YOU_ARE} [vraiment|juste|toujours] [{_VERY}] {_GREAT} [toi|sur cette photo|\
            aujourd'hui|comme toujours|comme d'habitude|et {_GREAT}|comme femme|tu sais]
        {_VERY} {_GREAT} [toi|comme toujours]
        (wow|waouh|wahou|ouah|mmm|olala|oh là là|hmm|oh|mon dieu|putain|purée|la vache|omg|\
            mamma mia) [mais|que|qu'est ce que] [{_YOU_ARE}] [{_VERY}] {_GREAT}
        (quelle (beauté|bombe|déesse|femme|merveille|splendeur|créature|belle femme|jolie femme|\
            classe|canon|plastique)|une (vraie bombe|bombe|déesse|vraie beauté|vraie déesse))
        (j'adore|j'aime|je kiffe|j'aime trop|j'aime beaucoup) [trop|beaucoup|tellement] (tes yeux|\
            ton sourire|ton corps|tes photos|tes vidéos|tes cheveux|tes lèvres|tes jambes|tes fesses|\
            tes seins|tes courbes|ta bouche|ton visage|ton regard|ton cul|tes formes|ta voix|\
            ton style|ton look)
        {_YOU_ARE} [vraiment] [vraiment|juste] (une|un) [vraie|véritable|vrai] (bombe|déesse|reine|\
            merveille|beauté|canon|princesse|très belle femme|belle femme|superbe femme|\
            femme magnifique|femme superbe|rêve|œuvre d'art|pure merveille|femme sublime|pur bonheur|\
            perle rare|splendeur|star|pépite)
        tu as (de (beaux|magnifiques|jolis|superbes|sublimes) yeux|un (beau|joli|magnifique|superbe|\
            sublime) (sourire|corps|visage|cul|regard))
        (magnifique|sublime|superbe|splendide|parfaite|canon|ravissante|éblouissante)
        (à croquer|tu es à croquer|à tomber|tu es à tomber|tu es la plus belle|la plus belle)
        [tu as] (beaux yeux|beau sourire|belles fesses|beau corps|jolis yeux|joli sourire|belles formes)
    """,
    Intent.EXCITED: """
        [j'ai] [trop|tellement|vraiment] hâte [de voir|de voir ça|d'y être|de te voir|de te lire|\
            de découvrir ça|d'en voir plus|de voir la suite]
        (vivement|j'ai trop hâte|j'en peux plus d'attendre|trop hâte|impatient|je suis impatient|\
            je suis trop impatient|j'attends ça avec impatience|youpi)
    """,
    Intent.MISS_YOU: """
        (tu me manques|tu m'as manqué|tu me manque|tu m'a manqué|tu me manques tant|\
            tu m'manques) [trop|beaucoup|tellement|déjà|énormément|fort|tant|toi|bcp|aussi|de fou|grave]
        (je pense|je pensais|je repense|j'arrête pas de penser) [trop|beaucoup|fort|très fort|encore|\
            toujours] à toi [tout le temps|fort|beaucoup|très fort|aujourd'hui|toute la journée|\
            sans arrêt]
        (j'ai rêvé de toi|je rêve de toi) [toutes les nuits]
        (j'aimerais être avec toi|j'aimerais que tu sois là|j'aimerais être à tes côtés|\
            j'aimerais t'avoir près de moi)
    """,
    Intent.LOVE_YOU: """
        (je t'aime|jtm|je t'adore|j t'aime|jtd|jtadore|je vous aime|je t'm|jtaime|je te kiffe|\
            je t'apprécie|je te love) [trop|fort|tellement|beaucoup|très fort|aussi|plus que tout|\
            énormément|à la folie|de tout mon coeur|mon amour|bcp|bien]
        je suis [complètement|totalement|raide] [fou|folle|dingue|accro|amoureux] [amoureux] (de|à) toi
        (je suis raide dingue de toi|tu me rends fou|tu me rends dingue|je tombe amoureux|\
            je suis sous le charme|je craque pour toi|je suis fan de toi|tu me plais|\
            tu me plais beaucoup|tu me plais trop)
    """,
    Intent.DESIRE: """
        (j'ai [trop|très|tellement] envie de toi|je te veux|je te désire|tu m'excites|\
            tu m'excites trop|tu me fais bander|tu me donnes chaud|tu me fais craquer|\
            tu me fais de l'effet|tu m'allumes|je suis excité|je suis tout excité|embrasse moi|\
            j'ai envie de t'embrasser|j'ai envie de te prendre dans mes bras|je veux t'embrasser|\
            j'ai chaud|tu me donnes envie|je bande|serre moi fort|tu me chauffes|je suis chaud|\
            trop envie de toi) [trop|là|tellement|fort]
    """,
    Intent.KISSES: """
        [plein de|gros|je t'envoie|mille|de|énormes|tendres|doux|je te fais|des|un|un gros|et] [gros|\
            tendres|doux] (bisous|bisou|biz|bises|bisoux|baisers|câlins|câlin|kiss|becs|bise|\
            baiser) [à toi|partout|toi|ma belle|tout doux|tendres]
    """,
    Intent.BACK: """
        (je suis|enfin|me|je viens d'arriver|je suis enfin|suis|je) (de retour|rentré|chez moi|\
            à la maison|voilà|rentre|rentré du travail|rentré du boulot|sorti du travail|\
            sorti du boulot) [du travail|du boulot|enfin]
        (me revoilà|me voilà|je suis là|de retour|j'ai fini le travail|j'ai fini le boulot|\
            je rentre du travail|je rentre du boulot)
    """,
    Intent.NEW_HERE: """
        (je viens de|je viens juste de) (m'abonner|te suivre|m'inscrire|rejoindre|te découvrir|\
            découvrir ta page) [à toi|à ta page|ici]
        (je suis nouveau|nouveau ici|je suis nouveau ici|nouvel abonné|nouveau fan|nouvel abonné ici|\
            je suis un nouvel abonné)
    """,
    Intent.WOKE_UP: """
        [je] (viens de me réveiller|viens juste de me réveiller|me réveille|me réveille à peine|\
            viens de me lever|suis réveillé|me lève)
    """,
    Intent.AT_WORK: """
        [je suis|suis|je|encore|toujours] [encore|toujours] (au travail|au boulot|au taf|en pause|\
            au bureau|bosse|travaille|en train de travailler|en train de bosser) [là|aujourd'hui|\
            encore|en ce moment]
        (je pars au travail|je pars au boulot|je vais au travail|je vais bosser|au boulot)
    """,
    Intent.BORED: """
        je (m'ennuie|m'ennuies|me fais chier) [trop|un peu|grave|là|tellement]
        [je suis|tranquille|posé] (tranquille|posé|au lit|dans mon lit|à la maison|chez moi|au calme|\
            sur le canapé|devant la télé) [au lit|à la maison|chez moi|et toi|là|dans mon lit]
        (rien de spécial|pas grand chose|rien de neuf|la routine|rien de particulier) [et toi]
    """,
    Intent.TIRED: """
        je suis [trop|très|un peu|super|vraiment|tellement] (fatigué|crevé|mort de fatigue|épuisé|\
            naze|claqué|ko) [aujourd'hui|là|du travail]
        (fatigué|crevé|épuisé|longue journée|grosse journée|dure journée|grosse fatigue|\
            quelle journée) [aujourd'hui|au travail|au boulot]
    """,
    Intent.TO_BED: """
        [bon|allez] [je] (vais|file|pars|dois aller|suis parti) (dormir|me coucher|au lit|au dodo|\
            faire dodo|pioncer) [là|moi]
        (au dodo|dodo|je vais au lit|je me couche)
    """,
    Intent.CONTENT: f"""
        [{_CAN_YOU}] (m'envoyer|me montrer|envoyer|montrer|{_SEND}) [moi|m'en] (plus|en plus|\
            quelque chose|autre chose|un truc|quelque chose de chaud|un peu plus|\
            quelque chose de sexy|la suite|une surprise|encore)
        {_SEE} [en] (voir plus|voir plus de toi|en voir plus|voir la suite|voir ton corps|te voir|\
            voir encore|voir davantage|voir tout) [stp]
        (tu as|t'as|as tu|y a|il y a|tu aurais|t'aurais|tu proposes|tu fais) [quoi] [du|des|\
            de] (nouveau|nouveau contenu|contenu|nouveautés|contenus|choses à me montrer|\
            nouveaux contenus|quoi de nouveau|custom|customs|contenu perso|\
            contenu personnalisé) [à me montrer|à voir|stp|aujourd'hui]
        (du nouveau|du contenu|j'en veux plus|j'en veux encore|j'en veux|la suite) [stp]
        (montre|fais) [moi] (tout|voir|en plus|plus)
    """,
    Intent.PHOTO: f"""
        [{_CAN_YOU}] (m'envoyer|me montrer|envoyer|montrer|me faire|{_SEND}) [moi] [une|des|tes|\
            plus de|quelques|ta|d'autres|encore] [nouvelle|nouvelles|belle|jolie|petite|autre|\
            petites] (photo|photos|tof|selfie|pic|pics) [de toi|stp|sexy|chaude|hot|coquine]
        {_SEE} [en] voir [plus de|une|des|tes|d'autres] [nouvelles|autres] (photo|photos) [de toi|sexy]
        (tu as|t'as|as tu|j'adorerais voir|je veux|je voudrais|j'aimerais) [de|des|une|d'autres|\
            plus de] [nouvelles|autres|nouvelle] (photo|photos|selfie) [de toi|sexy|coquines]
        une [petite] photo [de toi|stp|sexy|pour moi]
    """,
    Intent.VIDEO: f"""
        [{_CAN_YOU}] (m'envoyer|me montrer|envoyer|montrer|me faire|{_SEND}) [moi] [une|des|tes|\
            plus de|quelques|ta|d'autres|encore] [nouvelle|nouvelles|belle|jolie|petite|autre] (vidéo|\
            vidéos|vid|video) [de toi|stp|sexy|chaude|hot|coquine]
        {_SEE} [en] voir [plus de|une|des|tes|d'autres] [nouvelles|autres] (vidéo|vidéos) [de toi|sexy]
        (tu as|t'as|as tu|je veux|je voudrais|j'aimerais) [de|des|une|d'autres|plus de] [nouvelles|\
            autres|nouvelle] (vidéo|vidéos) [de toi|sexy|coquines]
        une [petite] vidéo [de toi|stp|sexy|pour moi]
    """,
    Intent.NUDES: f"""
        [{_CAN_YOU}] (m'envoyer|me montrer|envoyer|montrer|{_SEND}) [moi] [une|un|des|tes|\
            plus de] (nude|nudes) [stp]
        (tu as|t'as|as tu|tu vends|tu fais|tu envoies) [de|des|tes] nudes
    """,
    Intent.PRICE: """
        [et] (c'est|cest|ça fait|ça coûte|ce serait|c'est à) combien [ça|pour voir|pour tout|stp|\
            chez toi|pour plus|pour un perso|pour un custom|alors|le pack]
        combien [ça coûte|tu prends|c'est|coûte|ça|ça fait|pour tout|pour voir|tu demandes|je te dois|\
            pour plus|est ce que ça coûte|stp|pour un perso|pour un custom]
        [quel est|quels sont|c'est quoi|tu peux me donner|donne moi|et] (le|ton|tes|les|son) (prix|\
            tarif|tarifs) [stp|s'il te plaît]
        (tes|les|tu as des|tu as une grille de|t'as des) (prix|tarifs|menu)
        (prix|tarif|tarifs|combien tu prends) [stp]
        (tu as|t'as) un menu
    """,
    Intent.PHOTO_PRICE: """
        [c'est|cest|ça coûte] combien [c'est|tu prends|coûte|coûtent|ça coûte] [pour] (une|la|des|tes|\
            les) (photo|photos|nude|nudes) [de toi|perso]
        [quel est] le prix (d'une|de la|des|de tes) (photo|photos)
    """,
    Intent.VIDEO_PRICE: """
        [c'est|cest|ça coûte] combien [c'est|tu prends|coûte|coûtent|ça coûte] [pour] (une|la|des|tes|\
            les) (vidéo|vidéos) [de toi|perso]
        [quel est] le prix (d'une|de la|des|de tes) (vidéo|vidéos)
    """,
}
