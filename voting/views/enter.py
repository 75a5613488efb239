"""Coming in by a personal link: an invitation, a panel's signed link, or a frame on another site."""

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from voting.access import get_visible_conversation
from voting.embedding import allow_framing, frame_address, read_frame_token
from voting.external import completion_address, enter_externally
from voting.identity import find_participant, make_ticket, newcomer_key, remember
from voting.invitations import accept_invitation, find_invitation
from voting.models import Conversation, Participant
from voting.refusals import Refused, show_refusal


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Offer a button that spends the invitation; mail scanners, which follow links, spend nothing."""
    conversation = get_visible_conversation(request, slug)
    if find_participant(request, conversation) is not None:
        return redirect("voting:conversation", slug)
    if request.method != "POST":
        found = find_invitation(conversation, token)
        context = {"conversation": conversation, "invitation": found, "ticket": make_ticket(conversation)}
        status = 200 if found and not found.is_spent else 410
        return render(request, "voting/invitation.html", context, status=status)
    key = newcomer_key(request, conversation)
    participant = accept_invitation(conversation=conversation, token=token, key=key)
    return remember(redirect("voting:conversation", slug), participant, conversation)


@require_safe
@never_cache
def external(request: HttpRequest, slug: str) -> HttpResponse:
    """Let in the person whom a panel's signed link names."""
    conversation = get_visible_conversation(request, slug)
    participant = enter_from_query(request, conversation)
    return remember(redirect("voting:conversation", slug), participant, conversation)


@require_safe
@never_cache
def frame(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin in a frame on another site: from here on the frame's addresses carry who is voting."""
    conversation = get_visible_conversation(request, slug)
    key = read_frame_token(request.GET.get("token", ""), slug)
    if "signature" in request.GET:
        try:
            key = enter_from_query(request, conversation).key
        except Refused as refusal:  # Said in the frame too, or browsers show nothing there.
            return allow_framing(show_refusal(request, refusal), slug)
    return allow_framing(
        redirect(frame_address(slug, key or uuid.uuid4(), request.GET.get("lang", ""))), slug
    )


@require_safe
@never_cache
def complete(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead a panel's person back to the panel, once they have done a round."""
    conversation = get_visible_conversation(request, slug)
    participant = find_participant(request, conversation)
    address = completion_address(participant) if participant else ""
    if not address:
        return redirect("voting:conversation", slug)
    return HttpResponseRedirect(address)


def enter_from_query(request: HttpRequest, conversation: Conversation) -> Participant:
    return enter_externally(
        conversation=conversation,
        external_id=request.GET.get("id", ""),
        expires=request.GET.get("expires", ""),
        signature=request.GET.get("signature", ""),
    )
