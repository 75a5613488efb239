"""Signing in before the first vote, where a conversation asks for it: by e-mail code or OpenID Connect."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from voting import openid
from voting.abuse import limit_codes, limit_newcomers
from voting.access import get_visible_conversation
from voting.contact_forms import AddressForm, CodeForm
from voting.embedding import first_party_path, frame_address
from voting.identity import find_participant, frame_key, remember
from voting.jobs import send_sign_in_codes
from voting.models import Conversation, Entry, Participant
from voting.queueing import queue_once
from voting.refusals import Refused
from voting.sign_in import enter_with_code, join_once, person_of, request_code


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def by_email(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an address and have a code sent to it."""
    conversation = get_conversation_with(request, slug, Entry.Mode.EMAIL)
    if find_participant(request, conversation) is not None:
        return redirect("voting:conversation", slug)
    form = AddressForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {"conversation": conversation, "form": form}
        return render(request, "voting/sign_in.html", context, status=422 if form.errors else 200)
    address = form.cleaned_data["address"]
    limit_codes(request, person_of(conversation, address).hex)
    token = request_code(conversation=conversation, address=address, language=get_language() or "en")
    queue_once(send_sign_in_codes, conversation)
    return redirect("voting:sign_in_code", slug, token)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def code(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Take the code that was sent."""
    conversation = get_conversation_with(request, slug, Entry.Mode.EMAIL)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            given = form.cleaned_data["code"]
            participant = enter_with_code(conversation=conversation, token=token, code=given)
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            return come_in(request, conversation, participant)
    context = {"conversation": conversation, "form": form}
    return render(request, "voting/sign_in_code.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
def by_openid(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the person to the site's provider. A frame cannot go there: its link opens the page outside."""
    conversation = get_conversation_with(request, slug, Entry.Mode.OPENID)
    if frame_key(request) is not None:
        return redirect(settings.SITE_URL + first_party_path(reverse("voting:openid", args=[slug])))
    limit_newcomers(request)
    return openid.begin(request, conversation)


@require_safe
@never_cache
def openid_return(request: HttpRequest) -> HttpResponse:
    """Where the provider sends people back to."""
    slug = request.session.get(openid.SLUG, "")
    conversation = get_conversation_with(request, slug, Entry.Mode.OPENID)
    key = openid.finish(request, conversation)
    request.session.pop(openid.SLUG, None)
    if not request.session.keys():
        request.session.flush()
    return come_in(request, conversation, join_once(conversation, key))


def get_conversation_with(request: HttpRequest, slug: str, mode: Entry.Mode) -> Conversation:
    """The conversation, if people come into it this way."""
    conversation = get_visible_conversation(request, slug)
    entry = get_object_or_404(Entry, conversation=conversation)
    if entry.mode != mode:
        raise Http404("This conversation is not entered this way.")
    return conversation


def come_in(request: HttpRequest, conversation: Conversation, participant: Participant) -> HttpResponse:
    """To the conversation, as this participant; in a frame the address carries who it is."""
    if frame_key(request) is not None:
        return redirect(frame_address(conversation.slug, participant.key))
    return remember(redirect("voting:conversation", conversation.slug), participant, conversation)
