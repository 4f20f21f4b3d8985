"""What fans write in Spanish to begin, to end, and to ask how one is."""

from __future__ import annotations

from collections.abc import Mapping

from workers.chat_suggestions.phrases.intents import Intent

SMALL_TALK: Mapping[Intent, str] = {
    Intent.GREETING: """
        (hola|ola|holi|holis|hey|hello|hi|buenas|wenas|saludos|holita|holiwis|hola hola|qué onda|epa|\
            muy buenas|hola buenas|ey|aló|alo) [de nuevo|holi|otra vez|a ti|tú]
        (pasaba|paso|solo pasaba|solo paso) (a|por aquí a) (saludar|saludarte|decirte hola)
    """,
    Intent.GOOD_MORNING: """
        [muy] (buenos días|buen día|bueno días|feliz día|buenos dias|bonito día|bnos días|\
            bdías) [a ti|para ti]
        feliz mañana
    """,
    Intent.GOOD_AFTERNOON: "[muy] (buenas tardes|buena tarde|feliz tarde|linda tarde) [a ti|para ti]",
    Intent.GOOD_NIGHT: """
        [ten|que tengas|que pases|te deseo] [una|muy] [muy] (buenas noches|buena noche|linda noche|\
            feliz noche|bonita noche|buenas noxes|bella noche|hermosa noche) [que descanses|\
            y que descanses|descansa|a ti|que duermas bien|descansa mucho|para ti]
        (que descanses|descansa|que duermas bien|duerme bien|a descansar|que duermas rico|\
            que descanses mucho) [bien|mucho|rico]
    """,
    Intent.SWEET_DREAMS: """
        [que tengas|y|ten] (dulces sueños|lindos sueños|felices sueños|bonitos sueños|bellos sueños)
        (que sueñes bonito|sueña bonito|que sueñes con los angelitos|sueña conmigo|que sueñes lindo|\
            que sueñes conmigo)
    """,
    Intent.GOODBYE: """
        (adiós|chao|chau|hasta luego|nos vemos|bye|hablamos luego|cuídate|hablamos|hasta la próxima|\
            nos vemos luego|nos hablamos|luego hablamos|te hablo luego|te escribo luego|\
            me tengo que ir|me voy|ya me voy|tengo que irme|te dejo|bye bye|chaito|hasta después|\
            hablamos después) [mucho|luego]
    """,
    Intent.UNTIL_TOMORROW: "(hasta mañana|hablamos mañana|nos vemos mañana|mañana hablamos|\
            nos hablamos mañana|te escribo mañana)",
    Intent.UNTIL_SOON: "(hasta pronto|hablamos pronto|nos vemos pronto)",
    Intent.GOOD_DAY: """
        [espero] [que] (tengas|ten|pasa|pases|estés teniendo|te deseo) [un|muy] [muy] (buen|lindo|\
            bonito|excelente|hermoso|feliz|gran|maravilloso|bello) día [hoy]
        que tu día sea (hermoso|lindo|excelente|maravilloso)
    """,
    Intent.GOOD_EVENING: "feliz velada",
    Intent.PLEASANT_EVENING: """
        [espero] [que] (tengas|ten|pasa|pases) [una|muy] [muy] (buena|linda|bonita|excelente|hermosa|\
            feliz) tarde
    """,
    Intent.GOOD_WEEKEND: """
        [espero] [que] (tengas|ten|pasa|pases) [un|muy] [muy] (buen|lindo|bonito|excelente|feliz|\
            gran) (fin de semana|finde)
        (feliz|buen) (fin de semana|finde)
    """,
    Intent.HOW_ARE_YOU: """
        [y] (cómo estás|cómo estas|como andas|cómo andas|cómo te va|cómo está|cómo va todo|cómo vas|\
            cómo te sientes|cómo te encuentras|cómo sigues|cómo has estado|cómo estamos|cómo va|\
            cómo van las cosas|cómo va la cosa|cómo está todo|cómo te trata la vida) [hoy|tú|todo|\
            mi vida|últimamente|por ahí]
        [y] (qué tal|q tal|ke tal|k tal|que tal) [estás|todo|va|vas|te va|andas|por ahí|va todo] [hoy]
        (todo bien|todo en orden|estás bien|todo bien por ahí|andas bien|va todo bien|y tú|\
            y tú qué tal|y tú cómo estás|y vos) [hoy|contigo|por ahí]
    """,
    Intent.HOPE_WELL: """
        [espero] (espero que|ojalá|deseo que) [todo] (estés|estes|te encuentres|esté|vaya|te vaya|\
            todo esté|hayas amanecido|andes|te vaya todo) [muy] bien [hoy]
    """,
    Intent.HOW_WAS_DAY: """
        [y] (cómo|como|qué tal) (te fue|estuvo|va|fue|ha ido|te ha ido|va yendo|te va|ha estado|\
            vas con|está) [en] [tu día|el día|tu dia|hoy|yendo tu día|yendo el día|siendo tu día]
        [y] (qué tal|q tal) (tu|el) (día|dia) [hoy|preciosa]
        (tuviste|has tenido|estás teniendo|tienes) [un] buen día
    """,
    Intent.HOW_WAS_NIGHT: "(cómo|qué tal) (estuvo|fue|va|pasaste) (tu|la) noche",
    Intent.HOW_WAS_EVENING: "(cómo|qué tal) (estuvo|fue|va|pasaste) (tu|la) tarde",
    Intent.HOW_WAS_WEEKEND: "(cómo|qué tal) (estuvo|fue|va|pasaste) (tu|el) (fin de semana|finde)",
    Intent.HOW_DID_YOU_SLEEP: """
        (cómo amaneciste|cómo dormiste|qué tal dormiste|dormiste bien|cómo has amanecido|\
            cómo amaneces|has dormido bien|qué tal amaneciste|amaneciste bien|qué tal has dormido) [hoy]
    """,
    Intent.ARE_YOU_THERE: "(estás ahí|estas ahi|estás por ahí|andas por ahí|sigues ahí|\
            estás despierta|sigues despierta|estás en línea|hay alguien|estás)",
    Intent.WHAT_ARE_YOU_DOING: """
        [y] (qué|q|k|ke) (haces|estás haciendo|andas haciendo|hace|hacías|haciendo|hases|tal haces|\
            estabas haciendo) [de bueno|ahora|por ahí|hoy|de bonito]
        (qué|q) hay [de nuevo|de bueno]
        (qué cuentas|en qué andas|qué me cuentas|qué hay de nuevo|cuéntame de ti|en qué estás|\
            qué pasa|qué hubo|quiubo|qué más|qué se cuenta|qué tal todo qué haces|cuéntame algo|\
            qué novedades|qué planes tienes) [hoy]
    """,
    Intent.WELL: """
        [yo] [estoy|todo|aquí] [muy] (bien|excelente|de maravilla|bien gracias|genial) [gracias|\
            gracias a dios|por aquí|aquí] (y tú|y tu|y vos|y usted|y tú qué tal|y tú cómo estás|tú|\
            qué tal tú)
        [yo] (estoy|todo|ando) [muy] (bien|excelente|genial|de maravilla) [gracias|por aquí|por acá|\
            aquí]
        (muy bien|bien) (gracias|por aquí)
    """,
}
