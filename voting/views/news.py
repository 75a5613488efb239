"""News by e-mail: asking for it, confirming the address, ending it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from voting.abuse import limit_codes
from voting.access import get_visible_conversation
from voting.contact_forms import AddressForm
from voting.jobs import send_news_requests
from voting.mailings import confirm, ending_path, find_subscription, offers_news, subscribe, unsubscribe
from voting.models import Conversation, Participant
from voting.queueing import queue_once
from voting.views.own import own_page


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def subscribe_to_news(
    request: HttpRequest, conversation: Conversation, participant: Participant
) -> HttpResponse:
    """Take the address for news; it is used after it was confirmed."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        limit_codes(request, participant.key.hex)
        address, language = form.cleaned_data["address"], get_language() or "en"
        subscribe(participant=participant, address=address, language=language)
        queue_once(send_news_requests, conversation)
        messages.success(request, _("A message is on its way. Open the link in it, and news will come."))
        return redirect("voting:thanks", conversation.slug)
    context = {
        "conversation": conversation,
        "form": form,
        "is_offered": offers_news(conversation),
        "ending": ending_path(participant),
    }
    return render(request, "voting/news.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm_news(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Ask with a button, since mail scanners open links; then begin to send."""
    conversation = get_visible_conversation(request, slug)
    subscription = confirm(token) if request.method == "POST" else find_subscription(token)
    context = {"conversation": conversation, "subscription": subscription}
    return render(request, "voting/news_confirmed.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def end_news(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Forget the address. Mail programs post here by themselves; the token alone says whose it is."""
    conversation = get_visible_conversation(request, slug)
    if request.method == "POST":
        unsubscribe(token)
    context = {"conversation": conversation, "has_ended": request.method == "POST"}
    return render(request, "voting/news_ended.html", context)
