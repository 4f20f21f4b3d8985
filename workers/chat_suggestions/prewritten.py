"""Replies that no model wrote: kind refusals of what is forbidden, and lines for a message left behind."""

from __future__ import annotations

from collections.abc import Mapping

from workers.chat_suggestions.everyday import DEFAULT_LANGUAGE
from workers.chat_suggestions.messages import FlagCode, Suggestion

#: What stands for a deployment's name where there was none.
PREWRITTEN = "prewritten"

_DECLINES: Mapping[FlagCode, Mapping[str, tuple[str, str, str]]] = {
    FlagCode.MINOR: {
        "en": (
            "I only chat with adults here, so I have to stop. Please take care of yourself.",
            "This page is for people over 18 only, so I can't keep chatting with you. I wish you well.",
            "I can't continue this conversation, because it is only for adults. Take care.",
        ),
        "fr": (
            "Je ne parle ici qu'avec des adultes, je dois donc m'arrêter là. Prends soin de toi.",
            "Cette page est réservée aux majeurs, je ne peux pas continuer à discuter. Bonne continuation.",
            "Je ne peux pas poursuivre, cette conversation est réservée aux adultes. Prends soin de toi.",
        ),
        "es": (
            "Aquí solo hablo con adultos, así que tengo que parar. Cuídate mucho.",
            "Esta página es solo para mayores de edad, no puedo seguir hablando contigo. Que te vaya bien.",
            "No puedo continuar esta conversación, es solo para adultos. Cuídate.",
        ),
        "de": (
            "Ich schreibe hier nur mit Erwachsenen und muss deshalb aufhören. Pass auf dich auf.",
            "Diese Seite ist nur für Volljährige, ich kann nicht weiter mit dir schreiben. Alles Gute.",
            "Ich kann dieses Gespräch nicht weiterführen, es ist nur für Erwachsene. Pass auf dich auf.",
        ),
        "pt": (
            "Aqui eu só converso com adultos, então preciso parar. Se cuida.",
            "Esta página é só para maiores de idade, não posso continuar conversando. Tudo de bom.",
            "Não posso continuar esta conversa, ela é só para adultos. Cuide-se.",
        ),
        "it": (
            "Qui parlo solo con adulti, quindi devo fermarmi. Abbi cura di te.",
            "Questa pagina è solo per maggiorenni, non posso continuare a scriverti. Ti auguro il meglio.",
            "Non posso continuare questa conversazione, è riservata agli adulti. Stammi bene.",
        ),
    },
    FlagCode.MEETING_FOR_MONEY: {
        "en": (
            "I don't meet anyone in person, but I'm happy to chat with you here.",
            "That's not something I do. Let's keep it to our conversation here.",
            "Thank you, but I stay online only. Tell me about your day instead?",
        ),
        "fr": (
            "Je ne rencontre personne en vrai, mais je discute volontiers avec toi ici.",
            "Ce n'est pas quelque chose que je fais. Restons-en à notre conversation ici.",
            "Merci, mais je reste uniquement en ligne. Raconte-moi plutôt ta journée ?",
        ),
        "es": (
            "No quedo con nadie en persona, pero me alegra hablar contigo aquí.",
            "Eso no es algo que yo haga. Sigamos con nuestra charla aquí.",
            "Gracias, pero solo estoy en línea. ¿Mejor me cuentas cómo va tu día?",
        ),
        "de": (
            "Ich treffe niemanden persönlich, aber ich schreibe gern hier mit dir.",
            "Das mache ich nicht. Lass uns bei unserem Gespräch hier bleiben.",
            "Danke, aber ich bin nur online da. Erzähl mir lieber von deinem Tag?",
        ),
        "pt": (
            "Não encontro ninguém pessoalmente, mas gosto de conversar com você aqui.",
            "Isso não é algo que eu faça. Vamos ficar na nossa conversa por aqui.",
            "Obrigada, mas fico só online. Que tal me contar do seu dia?",
        ),
        "it": (
            "Non incontro nessuno di persona, ma mi fa piacere scriverti qui.",
            "Non è una cosa che faccio. Restiamo alla nostra chiacchierata qui.",
            "Grazie, ma resto solo online. Raccontami piuttosto la tua giornata?",
        ),
    },
    FlagCode.OFF_PLATFORM_PAYMENT: {
        "en": (
            "I keep everything here on the platform, so I can't take payments elsewhere.",
            "That's kind of you, but I only use this page. It keeps us both safe.",
            "Sorry, nothing outside of this page for me. I'm glad you're here, though.",
        ),
        "fr": (
            "Je garde tout ici sur la plateforme, je ne peux pas être payée ailleurs.",
            "C'est gentil, mais je n'utilise que cette page. C'est plus sûr pour nous deux.",
            "Désolée, rien en dehors de cette page pour moi. Mais je suis contente que tu sois là.",
        ),
        "es": (
            "Lo mantengo todo aquí en la plataforma, no puedo aceptar pagos por fuera.",
            "Eres muy amable, pero solo uso esta página. Así es más seguro para los dos.",
            "Lo siento, nada fuera de esta página. Pero me alegra que estés aquí.",
        ),
        "de": (
            "Bei mir bleibt alles hier auf der Plattform, anderswo nehme ich keine Zahlungen an.",
            "Das ist lieb, aber ich nutze nur diese Seite. So ist es für uns beide sicherer.",
            "Tut mir leid, nichts außerhalb dieser Seite. Aber schön, dass du hier bist.",
        ),
        "pt": (
            "Mantenho tudo aqui na plataforma, não posso receber por fora.",
            "É gentil da sua parte, mas só uso esta página. Assim é mais seguro para nós dois.",
            "Desculpa, nada fora desta página. Mas fico feliz que você esteja aqui.",
        ),
        "it": (
            "Tengo tutto qui sulla piattaforma, non posso accettare pagamenti altrove.",
            "Sei gentile, ma uso solo questa pagina. È più sicuro per tutti e due.",
            "Mi dispiace, niente fuori da questa pagina. Ma sono contenta che tu sia qui.",
        ),
    },
    FlagCode.DOXXING: {
        "en": (
            "I keep my private life private, I hope you understand.",
            "I don't share personal details, but I'm happy to talk about other things.",
            "That stays with me. Please respect it, and let's talk about something else.",
        ),
        "fr": (
            "Je garde ma vie privée pour moi, j'espère que tu comprends.",
            "Je ne partage pas d'informations personnelles, mais parlons volontiers d'autre chose.",
            "Ça reste pour moi. Merci de le respecter, et changeons de sujet.",
        ),
        "es": (
            "Mi vida privada la guardo para mí, espero que lo entiendas.",
            "No comparto datos personales, pero con gusto hablamos de otra cosa.",
            "Eso se queda conmigo. Respétalo, por favor, y hablemos de otra cosa.",
        ),
        "de": (
            "Mein Privatleben behalte ich für mich, ich hoffe, du verstehst das.",
            "Persönliche Angaben teile ich nicht, aber gern reden wir über etwas anderes.",
            "Das bleibt bei mir. Bitte respektiere das, und lass uns über etwas anderes reden.",
        ),
        "pt": (
            "Minha vida privada fica só comigo, espero que entenda.",
            "Não compartilho dados pessoais, mas podemos falar de outra coisa.",
            "Isso fica comigo. Respeite, por favor, e vamos falar de outra coisa.",
        ),
        "it": (
            "La mia vita privata la tengo per me, spero che tu capisca.",
            "Non condivido dati personali, ma parliamo volentieri d'altro.",
            "Questo resta con me. Rispettalo, per favore, e parliamo d'altro.",
        ),
    },
    FlagCode.REFUSED: {
        "en": (
            "That's not something I can talk about here.",
            "I'd rather not go there. What else is new with you?",
            "Let's talk about something else, if you don't mind.",
        ),
        "fr": (
            "Ce n'est pas un sujet dont je peux parler ici.",
            "Je préfère ne pas en parler. Quoi de neuf sinon ?",
            "Parlons d'autre chose, si tu veux bien.",
        ),
        "es": (
            "De eso no puedo hablar aquí.",
            "Prefiero no entrar en ese tema. ¿Qué más me cuentas?",
            "Hablemos de otra cosa, si te parece bien.",
        ),
        "de": (
            "Darüber kann ich hier nicht sprechen.",
            "Das möchte ich lieber lassen. Was gibt es sonst Neues bei dir?",
            "Lass uns über etwas anderes reden, wenn das für dich okay ist.",
        ),
        "pt": (
            "Sobre isso não posso falar aqui.",
            "Prefiro não entrar nesse assunto. O que mais você me conta?",
            "Vamos falar de outra coisa, se você não se importar.",
        ),
        "it": (
            "Di questo non posso parlare qui.",
            "Preferisco non entrare in questo argomento. Che altro mi racconti?",
            "Parliamo d'altro, se non ti dispiace.",
        ),
    },
}

_WAITING: Mapping[str, tuple[str, str, str]] = {
    "en": ("I'm reading, one moment.", "Got it, I'm here.", "Go on, I'm listening."),
    "fr": ("Je te lis, un instant.", "Bien reçu, je suis là.", "Continue, je t'écoute."),
    "es": ("Te estoy leyendo, un momento.", "Recibido, aquí estoy.", "Sigue, te escucho."),
    "de": ("Ich lese gerade, einen Moment.", "Alles klar, ich bin da.", "Erzähl weiter, ich höre zu."),
    "pt": ("Estou lendo, um momento.", "Recebi, estou aqui.", "Continua, estou te ouvindo."),
    "it": ("Ti sto leggendo, un momento.", "Ricevuto, sono qui.", "Continua, ti ascolto."),
}


def declines(code: FlagCode, language: str) -> list[Suggestion]:
    """Return three kind refusals, in English if there are none in the language."""
    texts = _DECLINES[code].get(language) or _DECLINES[code][DEFAULT_LANGUAGE]
    return [Suggestion(text=text, tone="kind", intent="decline") for text in texts]


def waiting(language: str) -> list[Suggestion]:
    """Return three neutral lines for a message that a newer one has left behind."""
    texts = _WAITING.get(language) or _WAITING[DEFAULT_LANGUAGE]
    return [Suggestion(text=text, tone="neutral", intent="keep listening") for text in texts]
