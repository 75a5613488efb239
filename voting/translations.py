"""What people wrote, in the reader's language where there is a translation of exactly these words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import FilteredRelation, Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from voting.language import known_language
from voting.models import (
    Conversation,
    ConversationTranslation,
    Question,
    Statement,
    StatementTranslation,
    Translation,
)

LANGUAGE_NAMES = {
    "ar": gettext_lazy("Arabic"),
    "de": gettext_lazy("German"),
    "en": gettext_lazy("English"),
    "es": gettext_lazy("Spanish"),
    "fr": gettext_lazy("French"),
    "ja": gettext_lazy("Japanese"),
}
DESCRIBING_PARTS = ["title", "description", "population", "asked_by", "use_of_results"]


@dataclass(frozen=True)
class Words:
    """A text as one reader sees it; with its `original` and translator where it is a translation."""

    text: str
    language: str
    original: str = ""
    original_language: str = ""
    source: str = ""

    @property
    def provenance(self) -> str:
        """Who translated it from what, in words; nothing for an original."""
        if not self.source:
            return ""
        language = language_name(self.original_language)
        if self.source.startswith(Translation.MACHINE):
            model = self.source.removeprefix(Translation.MACHINE)
            return _("Translated by a machine (%(model)s) from %(language)s") % {
                "model": model,
                "language": language,
            }
        if self.source == Translation.AUTHOR:
            return _("Translated by its author from %(language)s") % {"language": language}
        return _("Translated by the organizers from %(language)s") % {"language": language}


@dataclass(frozen=True)
class Part:
    """One text around the statements that can be translated: its key, what it is, and its words."""

    key: str
    name: str
    text: str


def language_name(code: str) -> str:
    """What the reader calls a language."""
    if code in LANGUAGE_NAMES:
        return str(LANGUAGE_NAMES[code])
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def statement_words(statement: Statement) -> Words:
    """The statement in the language being spoken; costs a query unless translations were prefetched."""
    original = statement_language(statement)
    language = get_language() or original
    if language == original:
        return Words(statement.text, original)
    found = [row for row in statement.translations.all() if row.language == language]
    return _words(statement.text, original, found[0] if found else None)


def words_then(conversation: Conversation, number: int, text: str) -> Words:
    """A statement as an analysis worded it, translated if that translates these words; one query for all."""
    language = get_language() or conversation.language
    written_in, found = _statements_in(conversation, language).get(number, ("", None))
    original = written_in or conversation.language
    return Words(text, original) if language == original else _words(text, original, found)


def _statements_in(
    conversation: Conversation, language: str
) -> dict[int, tuple[str, StatementTranslation | None]]:
    """Statements written in another language than the conversation, or translated into this one."""
    kept: dict[str, dict[int, tuple[str, StatementTranslation | None]]]
    kept = conversation.__dict__.setdefault("_statements_in", {})
    if language not in kept:
        ours = FilteredRelation("translations", condition=Q(translations__language=language))
        rows = conversation.statements.annotate(ours=ours).filter(
            ~Q(language__in=["", conversation.language]) | Q(ours__isnull=False)
        )
        kept[language] = {
            number: (
                written_in,
                StatementTranslation(language=language, text=text, original=original, source=source)
                if text
                else None,
            )
            for number, written_in, text, original, source in rows.values_list(
                "number", "language", "ours__text", "ours__original", "ours__source"
            )
        }
    return kept[language]


def statement_language(statement: Statement) -> str:
    """In which language it was written, as far as we know."""
    return statement.language or statement.conversation.language


def conversation_words(conversation: Conversation, key: str, text: str) -> Words:
    """A part of the conversation in the language being spoken; one query for all parts of one object."""
    language = get_language() or conversation.language
    if language == conversation.language or not text:
        return Words(text, conversation.language)
    return _words(text, conversation.language, _parts_in(conversation, language).get(key))


def mark(words: Words) -> SafeString:
    """The text as HTML that names its language, and runs in its own direction."""
    return format_html('<span lang="{}" dir="auto">{}</span>', words.language, words.text)


def parts_of(conversation: Conversation) -> list[Part]:
    """Everything around the statements that participants read."""
    names = {
        "title": "Question",
        "description": "Introduction",
        "population": "Whom it speaks for",
        "asked_by": "Who asks",
        "use_of_results": "How the results are used",
    }
    parts = [Part(key, names[key], getattr(conversation, key)) for key in DESCRIBING_PARTS]
    if conversation.consent is not None:
        parts.append(Part(conversation.consent.part, "Consent text", conversation.consent.text))
    for question in conversation.questions.filter(is_asked=True).prefetch_related("options"):
        parts += _parts_of_question(question)
    return [part for part in parts if part.text.strip()]


def translate_statement(
    *, statement: Statement, language: str, text: str, source: str = Translation.FACILITATOR
) -> None:
    """Keep a translation of the statement as it reads now; an empty text removes the one there is."""
    key = {"statement": statement, "language": language}
    _keep(StatementTranslation, key, text=text, original=statement.text, source=source)


def translate_part(
    *, conversation: Conversation, part: Part, language: str, text: str, source: str = Translation.FACILITATOR
) -> None:
    """Keep a translation of one part of the conversation; an empty text removes the one there is."""
    key = {"conversation": conversation, "part": part.key, "language": language}
    _keep(ConversationTranslation, key, text=text, original=part.text, source=source)


def current(translations: Iterable[Translation], original: str, language: str) -> Translation | None:
    """The translation into this language, if it was made from exactly these words."""
    return next((row for row in translations if row.language == language and row.original == original), None)


def _words(text: str, original_language: str, found: Translation | None) -> Words:
    if found is None or found.original != text:
        return Words(text, original_language)
    return Words(found.text, found.language, text, original_language, found.source)


def _parts_in(conversation: Conversation, language: str) -> dict[str, ConversationTranslation]:
    kept: dict[str, dict[str, ConversationTranslation]] = conversation.__dict__.setdefault("_parts_in", {})
    if language not in kept:
        rows = conversation.translations.filter(language=language)
        kept[language] = {row.part: row for row in rows}
    return kept[language]


def _parts_of_question(question: Question) -> list[Part]:
    own = Part(f"question-{question.pk}", "Question about the person", question.text)
    options = [Part(f"option-{option.pk}", "Answer", option.text) for option in question.options.all()]
    return [own, *options]


def _keep(
    model: type[StatementTranslation] | type[ConversationTranslation],
    key: dict[str, object],
    *,
    text: str,
    original: str,
    source: str,
) -> None:
    if known_language(str(key["language"])) != key["language"]:
        raise ValueError(f"{key['language']!r} is not one of the languages in LANGUAGES.")
    text = text.strip()
    with transaction.atomic():
        present = model.objects.filter(**key).first()
        if present and (present.text, present.original) == (text, original):
            return
        if present:
            present.delete()
        if text:
            model.objects.create(**key, text=text, original=original, source=source)
