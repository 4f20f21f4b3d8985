"""Spanish."""

from __future__ import annotations

from workers.chat_suggestions.phrases.grammar import Language
from workers.chat_suggestions.phrases.intents import Intent

_GREAT = (
    "(guapa|hermosa|linda|bella|preciosa|sexy|rica|buena|bonita|divina|perfecta|increíble|"
    "espectacular|hermoza)"
)
_VERY = "(muy|tan|demasiado|súper|super|simplemente|realmente)"

SPANISH = Language(
    tag="es",
    phrases={
        Intent.GREETING: """
            (hola|ola|holi|holis|hey|hello|hi|buenas|wenas|saludos) [de nuevo|holi]
            (buenas tardes|buena tarde)
        """,
        Intent.GOOD_MORNING: """
            (buenos días|buen día|bueno días|feliz día)
            (buenos|buen) (días|día) [cómo amaneciste|qué tal dormiste|dormiste bien]
            (cómo amaneciste|cómo dormiste)
        """,
        Intent.GOOD_NIGHT: """
            (buenas noches|buena noche|linda noche|feliz noche) [que descanses|y que descanses|descansa]
            (que descanses|descansa|dulces sueños|que duermas bien|duerme bien|que sueñes bonito|sueña bonito)
        """,
        Intent.GOODBYE: """
            (adiós|chao|chau|hasta luego|hasta pronto|hasta mañana|nos vemos|bye|hablamos luego|\
                cuídate) [mucho|luego|pronto]
            [que] (tengas|ten|pasa) [un|una] (buen|lindo|bonito|buena|linda|bonita|excelente) (día|tarde|\
                noche|fin de semana)
        """,
        Intent.HOW_ARE_YOU: """
            (cómo estás|cómo estas|como andas|cómo andas|cómo te va|cómo está|cómo va todo|cómo vas) [hoy|\
                tú|todo]
            (qué tal|q tal|ke tal|k tal) [estás|todo|tu día|tu dia|va|vas|te va] [hoy]
            (cómo|como) (te fue|estuvo|va|fue|ha ido|te ha ido) [tu día|el día|en tu día|tu noche|hoy]
            todo bien
            espero que (estés|estes|te encuentres) [muy] bien
        """,
        Intent.WHAT_ARE_YOU_DOING: """
            (qué|q|k|ke) (haces|estás haciendo|andas haciendo) [de bueno|ahora|por ahí]
            (qué|q) hay de nuevo
            qué cuentas
            en qué andas
        """,
        Intent.THANKS: """
            (gracias|muchas gracias|mil gracias|muchísimas gracias|grax|grcs) [por todo|de verdad|a ti|\
                de nuevo|de corazón]
            te lo agradezco [mucho]
            eres la mejor
        """,
        Intent.COMPLIMENT: f"""
            (eres|estás|te ves|sos|estas) [{_VERY}] {_GREAT}
            (qué|que|tan|muy) {_GREAT} [eres|estás|te ves|sos]
            (wow|guau|uff|ufff|uf|mmm|dios mío|madre mía) [eres|estás|qué] [{_VERY}] {_GREAT}
            (me encanta|me encantan|amo) (tu sonrisa|tus ojos|tu cuerpo|tus fotos|tus videos|tu cabello|\
                tu pelo)
            eres una (diosa|reina|belleza|muñeca|princesa|hermosura)
            (qué belleza|qué hermosura|qué bombón|qué diosa|hermosísima|guapísima|bellísima|preciosa|perfecta)
        """,
        Intent.MISS_YOU: """
            te (extraño|extrañé|echo de menos|eché de menos|extrano) [mucho|muchísimo|demasiado|ya|tanto]
            (pienso|pensaba|estoy pensando|estaba pensando) [mucho] en ti [todo el día]
            pensando en ti
        """,
        Intent.LOVE_YOU: """
            te (amo|quiero|adoro|kiero) [mucho|muchísimo|tanto|demasiado]
            (tqm|tkm|estoy enamorado de ti|me encantas|me vuelves loco)
        """,
        Intent.CONTENT: """
            [me] (mandas|envías|enseñas|muestras|mandarías|pasas) [una|unas|algunas|tus|más|alguna] (foto|\
                fotos|video|videos|nude|nudes|pack|contenido|más)
            (mándame|envíame|enséñame|muéstrame|pásame|manda|envía) [una|unas|algunas|tus|más|alguna|\
                algo] (foto|fotos|video|videos|nude|nudes|pack|contenido|más)
            (quiero|quisiera|me gustaría|puedo|déjame) ver (más|más de ti|fotos|videos|tus fotos)
            (tienes|hay) [algo] (nuevo|contenido|fotos|videos|fotos nuevas|videos nuevos|contenido nuevo|pack)
            (quiero|necesito) más [de ti]
        """,
        Intent.PRICE: """
            (cuánto|cuanto) [cuesta|cuestan|cobras|vale|es|sale|por un video|por una foto|por fotos|\
                por el pack]
            (a cómo|cuáles son tus precios|qué precio tiene|cuál es el precio|tienes lista de precios)
            (precio|precios|tarifas|tus precios)
        """,
    },
    praise="(guapa|hermosa|preciosa|linda|bella|bonita|bombón|belleza|diosa|mamacita|guapísima)",
    fillers="""
        (amor|mi amor|mi vida|cariño|corazón|mi cielo|cielo|bebé|bb|nena|reina|mi reina|princesa|mi princesa)
        (mami|muñeca|chica|tú|por favor|porfa|porfis|xfa|besos|besitos|un beso|beso|oye|y tú|mmm|ay|oh|xx|y)
    """,
    telling="""
        el los las una por para con que qué es está estás eres soy muy pero como cómo mi tu su me te se yo
        más hay cuando porque quiero tengo tienes
    """,
)
