"""Reading what a model wrote in one step: the text itself, and whether it is what was asked for."""

import re
from enum import StrEnum


class Status(StrEnum):
    """How the answer to one step could be read."""

    OK = "ok"
    EMPTY = "empty"
    CUT = "cut"
    BLOCKED = "blocked"
    CRITIQUE_AS_REVISION = "critique_as_revision"
    UNCHANGED = "unchanged"


CUT_REASONS = {"max_tokens", "model_length"}
LABEL = re.compile(r"^\W*(?:critique|revision|revised (?:answer|response))\W*:\W*\s*", re.IGNORECASE)
CRITIQUE_OPENING = re.compile(
    r"^\W*(?:critique\b|the (?:previous |earlier |original |assistant'?s? )?(?:answer|response) "
    r"(?:is|was|does|did|fails|could|should|keeps|states|lacks|leaves|takes)\b)",
    re.IGNORECASE,
)
# Usual phrases by language. Within a phrase no comma and no end of a sentence may come.
REFUSALS = {
    "en": r"i(?:'m| am) (?:really |very |so )?(?:sorry|afraid)\b.{0,40}\b(?:can(?:no|')t|unable|not able)"
    r"|i (?:can(?:no|')t|cannot|won'?t|will not|am unable to|am not able to) "
    r"(?:help|assist|comply|provide|support|fulfil|do that|answer|discuss|engage|create|write|share)"
    r"|as an ai[^.]{0,60}(?:can(?:no|')t|unable|not able)",
    "de": r"(?:tut mir leid|bedaur?e)[^.!?]{0,40}\b(?:kann|darf|werde) ich [^.,!?]{0,50}\bnicht\b"
    r"|ich (?:kann|darf|werde|möchte) [^.,!?]{0,50}\bnicht (?:weiter)?"
    r"(?:helfen|unterstützen|beantworten|erfüllen|entsprechen|nachkommen|schreiben|erstellen|geben)",
    "es": r"(?:lo siento|lamento)[^.!?]{0,40}\bno (?:puedo|podré|me es posible)"
    r"|no (?:puedo|podré|voy a) "
    r"(?:ayudar|asistir|responder|proporcionar|cumplir|escribir|crear|compartir|hacer eso)",
    "fr": r"(?:désolée?|navrée?|regrette)\b[^.!?]{0,40}\bje ne (?:peux|pourrai|suis) pas"
    r"|je ne (?:peux|pourrai|vais) pas (?:vous |t'|te |y )?"
    r"(?:aider|assister|répondre|fournir|écrire|créer|partager|faire cela)",
}
REFUSAL = re.compile(rf"\b(?:{'|'.join(REFUSALS.values())})", re.IGNORECASE | re.DOTALL)


def read_step(step: str, completion: str, stop_reason: str, *, before: str = "") -> tuple[str, Status]:
    """Return the step's text without a label such as “Revision:”, and its status.

    `before` is the answer that a revision revises.
    """
    text = completion.strip()
    if not text:
        return "", Status.BLOCKED if stop_reason == "content_filter" else Status.EMPTY
    if stop_reason == "content_filter":
        return text, Status.BLOCKED
    if step == "revision" and CRITIQUE_OPENING.match(text):
        return text, Status.CRITIQUE_AS_REVISION
    if step != "answer":
        text = LABEL.sub("", text, count=1).strip()
    if stop_reason in CUT_REASONS:
        return text, Status.CUT
    if step == "revision" and text == before:
        return text, Status.UNCHANGED
    return text, Status.OK if text else Status.EMPTY


def is_refusal(text: str) -> bool:
    """Whether the opening of an answer declines to help (by usual phrases in some languages)."""
    return bool(REFUSAL.search(text[:300].replace("’", "'")))
