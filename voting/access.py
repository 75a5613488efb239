"""Who may see and who may run a conversation: one rule each, used by every app's pages."""

from django.http import Http404, HttpRequest

from voting.language import speak_language_of
from voting.models import Conversation


def get_facilitated_conversation(request: HttpRequest, slug: str) -> Conversation:
    """Fetch a conversation the signed-in user runs; a stranger learns nothing, not even that it exists."""
    conversation = Conversation.objects.facilitated_by(request.user).filter(slug=slug).first()
    if conversation is None:
        raise Http404("No conversation of yours has this address.")
    return conversation


def get_visible_conversation(request: HttpRequest, slug: str) -> Conversation:
    """Fetch a conversation anybody may see; a draft is there only for those who run it."""
    conversation = Conversation.objects.filter(slug=slug).first()
    if conversation is None:
        raise Http404("There is no conversation at this address.")
    speak_language_of(request, conversation)
    if conversation.status == Conversation.Status.DRAFT:
        return get_facilitated_conversation(request, slug)
    return conversation
