"""Who may run a conversation: one rule, used by every app's facilitator pages."""

from django.http import Http404, HttpRequest

from voting.models import Conversation


def get_facilitated_conversation(request: HttpRequest, slug: str) -> Conversation:
    """Fetch a conversation the signed-in user runs; a stranger learns nothing, not even that it exists."""
    conversation = Conversation.objects.facilitated_by(request.user).filter(slug=slug).first()
    if conversation is None:
        raise Http404("No conversation of yours has this address.")
    return conversation
