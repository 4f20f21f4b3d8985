"""What fans write in Spanish to thank, to praise, to long, and to ask for more."""

from __future__ import annotations

from collections.abc import Mapping

from workers.chat_suggestions.phrases.intents import Intent

_GREAT = (
    "(guapa|hermosa|linda|bella|preciosa|sexy|rica|buena|bonita|divina|perfecta|increíble|espectacular|\
                hermoza|"
    "buenísima|riquísima|hermosísima|guapísima|bellísima|lindísima|sensual|atractiva|impresionante|"
    "deslumbrante|encantadora|maravillosa|deliciosa|tierna|mona|bombón)"
)
_VERY = "(muy|tan|demasiado|súper|super|simplemente|realmente|re|bien|siempre tan|siempre|cada día más|\
                más que|la más)"
_SEND = "(mándame|envíame|enséñame|muéstrame|pásame|manda|envía|mándame|dame|regálame|pasame|enseñame|\
                mandame|comparte)"
_CAN_YOU = "(me mandas|me envías|me enseñas|me muestras|me mandarías|me pasas|puedes mandarme|\
                puedes enviarme|puedes enseñarme|me puedes mandar|me puedes enviar|me podrías mandar|\
                me podrías enviar|podrías mandarme|podrías enviarme|mandas|envías|me das|me regalas|\
                me compartes|puedes mostrarme|me puedes enseñar)"
_SEE = "(quiero|quisiera|me gustaría|puedo|déjame|podría|me encantaría|quería|se puede|me dejas)"

FONDNESS: Mapping[Intent, str] = {
    Intent.THANKS: """
        (gracias|muchas gracias|mil gracias|muchísimas gracias|grax|grcs|grasias|un millón de gracias|\
            infinitas gracias) [por todo|de verdad|a ti|de nuevo|de corazón|por responder|\
            por contestar|por la foto|por el video|por las fotos|por tu tiempo|por tu respuesta|\
            por el mensaje|por escribir|por eso|igualmente|por estar ahí]
        te lo agradezco [mucho]
        (te agradezco|se agradece|muy agradecido|agradecido) [mucho|de corazón]
    """,
    Intent.WELCOME: """
        (de nada|no hay de qué|con gusto|con mucho gusto|no pasa nada|no te preocupes|un placer|\
            es un placer|el placer es mío|a la orden|no hay problema|sin problema|tranquila|\
            para eso estamos|no es nada|bienvenida)
    """,
    Intent.KINDNESS: f"""
        (eres|sos) [{_VERY}] [la] (mejor|dulce|amable|linda conmigo|simpática|un amor|un ángel|\
            un encanto|un cielo|genial|la mejor|especial|divertida|única|una dulzura|un sol|\
            la mejor de todas|mi favorita|una ternura|mi preferida|un tesoro|lo máximo|tierna|\
            buena persona|graciosa|adorable) [conmigo|persona]
        (qué|que|muy) (amable|dulce|tierna|simpática|detalle|lindo detalle|bonito|lindo) [eres|\
            de tu parte]
        (me alegras el día|me haces sonreír|me haces feliz|me sacas una sonrisa|me alegraste el día|\
            me haces reír) [siempre]
        (la mejor|mi favorita)
    """,
    Intent.SORRY: """
        (perdón|perdona|lo siento|disculpa|disculpe|perdóname|discúlpame|mil disculpas|ups|\
            mis disculpas|lo siento mucho) [por la tardanza|por la demora|por no responder|por tardar|\
            por responder tarde|de verdad|por no contestar|mucho|por eso]
    """,
    Intent.ACKNOWLEDGES: """
        (ok|okay|oki|okey|vale|de acuerdo|está bien|genial|perfecto|entiendo|entendido|ya veo|súper|\
            super|excelente|qué bien|bien|muy bien|listo|dale|bueno|ah ok|ah vale|ok vale|vale vale|\
            vale perfecto|ok perfecto|ya|claro ok|estupendo|fantástico|qué bueno|me alegro|me alegra|\
            me alegro mucho|qué chido|chévere|guay|qué guay|qué genial|oks|va|ok gracias|comprendo|\
            buenísimo|anotado|me parece bien|suena bien)
    """,
    Intent.AGREES: """
        (sí|si|sip|claro|claro que sí|por supuesto|desde luego|obvio|obviamente|exacto|exactamente|\
            yo también|igual|igualmente|así es|cierto|es verdad|verdad|totalmente|sin duda|seguro|\
            sí por favor|sí claro|sí mi amor|ya lo creo|efectivamente|tienes razón|por favor sí|ajá|\
            simón|eso|por qué no)
    """,
    Intent.WOW: "(wow|guau|waoo|uau|wao|guao|wow wow|uy)",
    Intent.LIKES_CONTENT: f"""
        (me encanta|me encantan|me encantó|me gusta|me gustan|me gustó|me fascina|amo|me ha encantado|\
            adoro|me gusta mucho|me vuelve loco) [mucho|muchísimo|eso|esa foto|esta foto|tu foto|\
            tu contenido|el video|tu video|ese video|todo|lo que veo|tu página|tu perfil|\
            tus publicaciones|verte|lo que haces|la foto|ese outfit|tu ropa|la vista|esa vista]
        [qué|muy|está|esta|tan] {_VERY} (bueno|rico|caliente|hot|bonito|hermoso|sexy|lindo|sensual)
        (qué|que|linda|hermosa|bonita|bella|buena|preciosa|excelente) (foto|fotos|video|vista|rico|\
            buena foto|linda foto|hermosa foto|fotaza|vistas|bonita foto) [tan hermosa]
        (está|qué) (increíble|buenísimo|genial|riquísimo|caliente) [esa foto|ese video]
    """,
    Intent.COMPLIMENT: f"""
        (eres|estás|te ves|sos|estas|tú eres|te miras|luces) [{_VERY}] {_GREAT} [siempre|hoy|mujer|\
            como siempre|en esa foto|y {_GREAT}|de verdad]
        (qué|que|tan|muy|siempre tan|súper|más) [{_VERY}] {_GREAT} [eres|estás|te ves|sos|mujer|\
            siempre|como siempre|chica]
        (wow|guau|uf|mmm|dios mío|madre mía|dios|ay|ay dios|omg|uy|por dios|guao|mamma mia|\
            ay dios mío|wao) [qué|eres|estás|que|te ves|eres una] [{_VERY}] {_GREAT}
        (me encanta|me encantan|amo|adoro|me gustan|me gusta) (tu sonrisa|tus ojos|tu cuerpo|\
            tus fotos|tus videos|tu cabello|tu pelo|tus labios|tus piernas|tu cara|tu culo|tus tetas|\
            tus pechos|tus curvas|tu boca|tu voz|tu mirada|tu estilo|tu carita|tu rostro|tu trasero|\
            tu piel|tu figura)
        (eres|sos) [toda] [una|un|mi|la] [verdadera|auténtica|gran] (diosa|reina|belleza|muñeca|\
            princesa|hermosura|bombón|ángel|mujer {_GREAT}|sueño|delicia|preciosidad|bomba|\
            chica {_GREAT}|mujer hermosa|mujer bella|obra de arte|joya|sirena|mujerón|{_GREAT} mujer|\
            sueño hecho realidad|más {_GREAT}|más {_GREAT} de todas|la más {_GREAT})
        (qué belleza|qué hermosura|qué bombón|qué diosa|hermosísima|guapísima|bellísima|preciosa|\
            perfecta|qué preciosidad|qué mujer|qué cuerpo|qué ojos|qué sonrisa|qué cuerpazo|\
            qué mujerón|espectacular|impresionante|qué delicia|qué rica|qué linda sonrisa|qué culo|\
            qué piernas|qué muñeca|qué carita|qué ojazos|lindísima|vaya cuerpo|vaya mujer)
        tienes (unos ojos {_GREAT}|unos ojos hermosos|unos ojos preciosos|unos ojos lindos|\
            una sonrisa {_GREAT}|un cuerpo {_GREAT}|un cuerpo hermoso|un cuerpo perfecto|un cuerpazo|\
            una cara {_GREAT}|unos labios hermosos|una mirada {_GREAT})
    """,
    Intent.EXCITED: """
        (no puedo esperar|qué emoción|qué ganas|qué ganas tengo|tengo muchas ganas|tengo ganas|\
            ya quiero ver|ya quiero verlo|ya quiero verte|muero de ganas|estoy emocionado|\
            estoy ansioso|qué nervios y qué ganas|me muero de ganas|no aguanto las ganas|\
            ya no puedo esperar|no puedo esperar más|muero por verte|qué ilusión) [de verlo|por verlo|\
            de verte|por verte|de ver|para verlo|de más]
    """,
    Intent.MISS_YOU: """
        te (extraño|extrañé|echo de menos|eché de menos|extrano|he extrañado|extrañaba|\
            echaba de menos|he echado de menos|exraño|estoy extrañando) [mucho|muchísimo|demasiado|ya|\
            tanto|un montón|siempre|también|un chingo|hoy|a morir]
        [siempre|solo|no dejo de] (pienso|pensaba|estoy pensando|estaba pensando|pensar|pensando|\
            sueño|soñé|he pensado|no paro de pensar) [mucho|siempre] (en ti|contigo) [todo el día|\
            mucho|siempre|a cada rato|ahora]
        (me haces falta|me haces mucha falta|me hiciste falta|ojalá estuvieras aquí|\
            quisiera estar contigo|quiero estar contigo|me gustaría estar contigo)
    """,
    Intent.LOVE_YOU: """
        [yo] te (amo|quiero|adoro|kiero|quiero muchísimo|amo mucho|quiero un montón) [mucho|muchísimo|\
            tanto|demasiado|un montón|con todo mi corazón|también|más|con locura|con el alma|siempre]
        (tqm|tkm|estoy enamorado de ti|me encantas|me vuelves loco|estoy loco por ti|me tienes loco|\
            me gustas|me gustas mucho|me fascinas|me enamoras|me tienes enamorado|me estoy enamorando|\
            eres el amor de mi vida|eres mi todo|te como a besos|me gustas demasiado|\
            me encantas demasiado|eres mi amor|me traes loco)
    """,
    Intent.DESIRE: """
        [yo] te (deseo|necesito|quiero besar|comería a besos|comería|comería toda|haría el amor|\
            haría mía|quiero abrazar) [mucho|tanto|ya|ahora|toda]
        (me pones|me pones mucho|me excitas|me prendes|me calientas|me provocas|me vuelves loco|\
            qué ganas de ti|tengo ganas de ti|quiero besarte|quiero abrazarte|estoy caliente|\
            estoy cachondo|estoy excitado|qué caliente estoy|me tienes caliente|me pones duro|\
            abrázame|bésame|quiero estar entre tus brazos|me derrites|quiero comerte a besos|\
            me encantaría besarte) [mucho|ahora|tanto|demasiado|loco]
    """,
    Intent.KISSES: """
        [muchos|mil|un|te mando|te mando un|te mando muchos|te envío|te envío un|unos|millones de|y|\
            grandes] [gran|fuerte|dulce|ricos] (besos|besitos|beso|besito|abrazo|abrazos|besotes|\
            besazo|besote|besos y abrazos|abrazote) [para ti|a ti|enorme|grande|fuerte|mi reina|\
            y abrazos|rico]
    """,
    Intent.BACK: """
        (ya|por fin|ya estoy|acabo de|recién) (llegué|estoy en casa|en casa|llegar a casa|llegar|\
            volví|de vuelta|salí del trabajo|regresé|salir del trabajo|llego|llegué a casa|\
            llegar del trabajo|aquí|estoy aquí|llego a casa|estoy de vuelta) [a casa|del trabajo]
        (estoy de vuelta|llegué a casa|he vuelto|ya volví|aquí estoy)
    """,
    Intent.NEW_HERE: """
        (acabo de|recién) (suscribirme|unirme|seguirte|descubrirte|conocerte|encontrarte|me suscribí|\
            suscribir)
        [soy|soy un] (nuevo aquí|nuevo|nuevo suscriptor|nuevo por aquí|un nuevo fan|nuevo fan|\
            nuevo seguidor|nuevo suscriptor aquí)
    """,
    Intent.WOKE_UP: "(acabo de despertar|acabo de despertarme|me acabo de despertar|\
            recién me despierto|recién despierto|acabo de levantarme|ya desperté|me acabo de levantar)",
    Intent.AT_WORK: """
        [aquí|estoy|sigo|todavía|ando] [aquí|todavía] (trabajando|en el trabajo|en la oficina|\
            en mi descanso|en el curro|en mi hora de comida|currando|en la chamba) [todavía|hoy|ahora|\
            aún]
        (voy al trabajo|camino al trabajo|me voy a trabajar|voy a trabajar|entro a trabajar|\
            saliendo del trabajo)
    """,
    Intent.BORED: """
        [estoy|ando|qué] [muy|un poco|súper|aquí] (aburrido|aburrimiento|aburridísimo) [en casa|hoy|\
            aquí|y tú]
        [aquí|estoy|yo aquí|pues aquí] [aquí] (tranquilo|en la cama|en casa|en mi cama|relajado|\
            acostado|descansando|en casita|viendo la tele|relajándome) [en casa|en la cama|y tú|\
            pensando en ti|tranquilo]
        (aquí nada|nada nuevo|nada especial|nada y tú|aquí nomás|lo de siempre|nada interesante|\
            poca cosa) [y tú|aquí]
    """,
    Intent.TIRED: """
        [estoy|ando|vengo] [muy|un poco|súper|tan|bien] (cansado|agotado|muerto de cansancio|\
            reventado|molido|cansadísimo|con sueño|hecho polvo) [hoy|del trabajo]
        (qué día tan largo|día largo|qué día|tengo sueño|qué sueño|tengo mucho sueño|qué cansancio|\
            día pesado)
    """,
    Intent.TO_BED: """
        (me voy a|me voy a la|ya me voy a|voy a|ya a|a|ya voy a|hora de) (dormir|la cama|acostarme|\
            cama|acostar|descansar|mimir|dormirme) [ya|ahora]
    """,
    Intent.CONTENT: f"""
        ({_SEND}|{_CAN_YOU}) (algo|más|algo nuevo|algo rico|algo más|algo especial|algo de ti|\
            algo caliente|un poco más|algo bonito|contenido|el pack|tu pack|un pack|algo sexy|\
            más contenido|contenido nuevo|algo de contenido|todo) [de ti|por favor]
        {_SEE} (ver|tener) [un poco] (más|más de ti|todo|contenido|más contenido|algo más|\
            tu contenido|tu cuerpo|más de tu contenido|verte más)
        (tienes|hay|traes|vendes|haces|sacaste) [algo|más] [de] (nuevo|contenido|contenido nuevo|pack|\
            novedades|algo nuevo|contenido personalizado|personalizados|más contenido|\
            cosas nuevas) [para mí|hoy]
        (quiero|necesito|dame) más [de ti|contenido|por favor]
        (quiero verte más|quiero verte|enséñame más|muéstrame todo|algo nuevo|más por favor|\
            contenido nuevo)
        qué (contenido|tipo de contenido|más) (tienes|vendes|ofreces|haces)
    """,
    Intent.PHOTO: f"""
        ({_SEND}|{_CAN_YOU}) [una|unas|algunas|tus|más|alguna|otra|otras|la] [linda|nueva] (foto|\
            fotos|fotito|fotitos|selfie) [tuya|tuyas|de ti|nueva|nuevas|sexy|sexys|por favor|rica|\
            calientes|desnuda]
        {_SEE} ver [una|unas|más|tus|otra] (foto|fotos) [tuya|tuyas|de ti|nuevas|sexy]
        (tienes|hay|quiero|dame|necesito) [más|unas|una|otra] (fotos|foto) [nuevas|tuyas|nueva|tuya|\
            sexy|para mí|hoy]
        una (foto|fotito|selfie) [tuya|por favor|para mí]
    """,
    Intent.VIDEO: f"""
        ({_SEND}|{_CAN_YOU}) [un|unos|algunos|tus|más|algún|otro|otros|el] (video|videos|\
            videito) [tuyo|tuyos|de ti|nuevo|nuevos|sexy|por favor|rico|corto|caliente]
        {_SEE} ver [un|unos|más|tus|otro] (video|videos) [tuyo|tuyos|de ti|nuevos|sexy]
        (tienes|hay|quiero|dame|necesito) [más|unos|un|otro] (videos|video) [nuevos|tuyos|nuevo|tuyo|\
            sexy|para mí|hoy]
        un (video|videito) [tuyo|por favor|para mí]
    """,
    Intent.NUDES: f"""
        ({_SEND}|{_CAN_YOU}) [una|unas|tus|más] (nude|nudes) [por favor]
        (tienes|vendes|haces|envías|mandas) nudes
    """,
    Intent.PRICE: """
        [y] (cuánto|cuanto|qnto) [cuesta|cuestan|cobras|vale|es|sale|valen|me cobras|cuesta el pack|\
            por el pack|cuesta todo|sería|cuesta eso|por todo|es el costo|te debo|\
            cuesta un personalizado|por un personalizado|cuesta tu contenido|cuesta tu pack|saldría|\
            estás cobrando|por más] [amor|por favor]
        (a cómo|cuáles son tus precios|qué precio tiene|cuál es el precio|tienes lista de precios|\
            qué precio|qué precios manejas|a qué precio|qué precios tienes|cuáles son los precios|\
            me pasas los precios|me dices el precio|a cuánto|a cuánto está|a cuánto el pack|qué vale|\
            qué costo tiene|qué cuesta|me das precios|dame precios|pásame precios|tienes menú)
        (precio|precios|tarifas|tus precios|lista de precios|el precio) [por favor]
    """,
    Intent.PHOTO_PRICE: """
        (cuánto|cuanto|a cuánto|a cómo) [cuesta|cuestan|cobras|vale|valen|sale|son] [por] [una|unas|\
            la|las|tus] (foto|fotos|nude|nudes) [tuya|tuyas]
    """,
    Intent.VIDEO_PRICE: """
        (cuánto|cuanto|a cuánto|a cómo) [cuesta|cuestan|cobras|vale|valen|sale|son] [por] [un|unos|el|\
            los|tus] (video|videos) [tuyo|tuyos]
    """,
}
