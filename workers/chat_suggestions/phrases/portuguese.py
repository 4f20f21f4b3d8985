"""Portuguese."""

from __future__ import annotations

from workers.chat_suggestions.phrases.grammar import Language
from workers.chat_suggestions.phrases.intents import Intent

_GREAT = "(linda|gata|gostosa|maravilhosa|perfeita|bonita|bela|gatinha|deliciosa|incrível|sexy|lindíssima)"
_VERY = "(muito|tão|demais|super|simplesmente|mt|mto)"

PORTUGUESE = Language(
    tag="pt",
    phrases={
        Intent.GREETING: "(oi|oie|oii|olá|hey|hello|hi|opa|e aí|eae|boa tarde|oi oi) [de novo]",
        Intent.GOOD_MORNING: "(bom dia|bomdia) [para você|pra você|dormiu bem]",
        Intent.GOOD_NIGHT: """
            (boa noite) [dorme bem|durma bem|bons sonhos]
            (dorme bem|durma bem|bons sonhos|sonha comigo)
        """,
        Intent.GOODBYE: """
            (tchau|até logo|até mais|até amanhã|até breve|bye|se cuida|falou)
            [tenha|tem] (um|uma) (bom|ótimo|lindo|boa|ótima|linda) (dia|tarde|noite|fim de semana)
        """,
        Intent.HOW_ARE_YOU: """
            (tudo bem|tudo bom|td bem|td bom|como vai|como você está|como vc está|como estás|como vai você|\
                como está) [com você|contigo|hoje|aí|você]
            como (foi|está|tá) (seu dia|o seu dia|teu dia|sua noite)
            espero que (esteja|você esteja|estejas) bem
        """,
        Intent.WHAT_ARE_YOU_DOING: """
            (o que|oq|que) (você|vc|tu) (está|tá|estás) fazendo [agora|de bom]
            (o que|oq) (está|tá|estás|você faz|cê tá) (fazendo|a fazer) [agora|de bom]
            (fazendo o que|o que fazes|o que faz de bom|quais as novidades)
        """,
        Intent.THANKS: """
            (obrigado|obrigada|muito obrigado|muito obrigada|obg|brigado|valeu|vlw) [por tudo|mesmo|\
                de coração|demais]
            (você é|vc é|és) a melhor
        """,
        Intent.COMPLIMENT: f"""
            (você é|vc é|és|tu és|você está|vc tá|você tá|é) [{_VERY}] {_GREAT} [demais]
            (que|tão|muito) {_GREAT}
            (wow|uau|nossa|mmm|meu deus) [que|você é|vc é] [{_VERY}] {_GREAT}
            (amo|adoro) (seu sorriso|seus olhos|seu corpo|suas fotos|seus vídeos|teu sorriso|teus olhos)
            (você é|vc é|és) uma (deusa|princesa|gata|rainha|delícia)
            (maravilhosa|perfeita|lindíssima|que mulher|que delícia)
        """,
        Intent.MISS_YOU: """
            (saudade|saudades|tô com saudade|estou com saudades|senti saudades|tenho saudades|\
                sinto sua falta|morrendo de saudade) [de você|de ti|tuas|suas]
            (pensando|penso|estou pensando|tô pensando) [muito] em (você|vc|ti)
        """,
        Intent.LOVE_YOU: "[eu] (te amo|amo você|te adoro|adoro você|amo te|adoro te) [muito|demais|tanto]",
        Intent.CONTENT: """
            [me] (manda|mande|envia|mostra|mandas|envias) [me] [uma|umas|mais|algumas|suas|um] (foto|fotos|\
                vídeo|vídeos|nude|nudes|conteúdo|mais)
            (quero|queria|posso|gostaria de) ver (mais|mais de você|mais fotos|suas fotos|fotos|vídeos)
            (tem|tens) [mais|algum|algo] (fotos|vídeos|conteúdo|foto nova|conteúdo novo|novidade|novo|\
                fotos novas)
        """,
        Intent.PRICE: """
            (quanto|qto) [custa|é|cobra|fica|tá|custam|você cobra|por um vídeo|por uma foto]
            (qual o preço|qual é o preço|qual o valor|quais os preços|preço|preços|valor|valores|\
                tabela de preços)
        """,
    },
    praise="(linda|gata|gostosa|gatinha|princesa|deusa|maravilhosa|bela)",
    fillers="""
        (amor|meu amor|vida|minha vida|querida|bebê|bb|anjo|meu anjo|minha linda|rainha|minha rainha|\
                minha princesa|flor)
        (por favor|pfv|pf|beijo|beijos|bjs|bj|beijinhos|você|vc|tu|ai|ah|oh|mmm|xx|e)
    """,
    telling="""
        você vc não uma um os as com para pra por que eu meu minha seu sua muito está estou tô tá também mais
        isso esse ele ela quero tenho foi são
    """,
)
