"""People's texts in the reader's language: the words, which language they are in, and who translated them."""

from django import template
from django.utils.safestring import SafeString

from voting.models import Conversation, Statement
from voting.translations import Words, conversation_words, mark, statement_words, words_then

register = template.Library()
register.simple_tag(words_then)


@register.simple_tag
def words_of(statement: Statement) -> Words:
    """{% words_of statement as words %}: the statement as this reader sees it."""
    return statement_words(statement)


@register.filter
def said(conversation: Conversation, part: str) -> str:
    """{{ conversation|said:"title" }}: the text alone, where no markup can stand."""
    return conversation_words(conversation, part, getattr(conversation, part)).text


@register.simple_tag
def say(conversation: Conversation, part: str) -> SafeString:
    """{% say conversation "title" %}: the text, marked with its language and direction."""
    return mark(conversation_words(conversation, part, getattr(conversation, part)))


@register.simple_tag
def part_words(conversation: Conversation, part: str, text: str) -> Words:
    """{% part_words conversation "consent-1" text as words %}: any other part."""
    return conversation_words(conversation, part, text)
