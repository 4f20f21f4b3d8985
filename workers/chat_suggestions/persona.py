"""What is known of a creator, put beside what a job's payload says: the payload wins, part by part."""

from __future__ import annotations

from shared.persistence.creators import CreatorProfile
from workers.chat_suggestions.messages import ChatContext, ChatPayload, Persona
from workers.chat_suggestions.prompt import language_hint


def informed(payload: ChatPayload, profile: CreatorProfile) -> ChatPayload:
    """Return the payload with the creator's profile where it says nothing itself."""
    chat = payload.chat
    said = Persona(style=chat.persona) if isinstance(chat.persona, str) else chat.persona or Persona()
    persona = said.model_copy(
        update={
            "name": said.name or profile.name,
            "style": said.style or profile.persona_style,
            "language": language_hint(chat) or profile.language,
            "limits": said.limits or profile.limits,
        }
    )
    if persona == said:
        return payload
    return payload.model_copy(update={"context": _with(chat, persona)})


def creator_names(chat: ChatContext) -> tuple[str, ...]:
    """Return what the creator is called."""
    return (chat.persona.name,) if isinstance(chat.persona, Persona) and chat.persona.name else ()


def _with(chat: ChatContext, persona: Persona) -> ChatContext:
    return chat.model_copy(update={"persona": persona})
