"""The page and the fragment "Where you stand", and what changes while somebody looks on."""

import hashlib

from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from analysis.models import Analysis
from analysis.placing import find_standing
from analysis.services import find_analysis
from voting.access import get_visible_conversation
from voting.identity import find_participant
from voting.models import Conversation, Participant
from voting.tallies import tally
from voting.version import CODE_VERSION

SIZES = ("small", "full")


@require_GET
@never_cache
@vary_on_headers("HX-Request")
def standing(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a participant where they stand; asked by a script, only the fragment, and only if it changed."""
    conversation = get_visible_conversation(request, slug)
    participant = find_participant(request, conversation)
    size = request.GET.get("size", "")
    size = size if size in SIZES else "full"
    analysis = find_analysis(conversation)
    etag = make_etag(conversation, participant, analysis, size)
    is_fragment = bool(request.headers.get("HX-Request"))
    if is_fragment and (unchanged := get_conditional_response(request, etag=etag)):
        return unchanged
    context = {
        "conversation": conversation,
        "standing": find_standing(conversation, participant, analysis),
        "tally": tally(conversation),
        "size": size,
        "etag": etag,
        "address": reverse("analysis:standing", args=[slug]),
        "is_fragment": is_fragment,
    }
    template = "analysis/_standing.html" if is_fragment else "analysis/standing.html"
    response = render(request, template, context)
    if is_fragment:
        response["ETag"] = etag
    return response


def make_etag(
    conversation: Conversation, participant: Participant | None, analysis: Analysis | None, size: str
) -> str:
    """A digest of what the fragment depends on, by cheap queries; the counts are at most a minute old."""
    own = participant.votes.aggregate(n=Count("pk"), last=Max("cast_at")) if participant else {}
    seen = (
        CODE_VERSION,
        get_language(),
        size,
        conversation.status,
        conversation.results_shown,
        analysis.pk if analysis else None,
        tally(conversation),
        participant.pk if participant else None,
        own.get("n"),
        own.get("last"),
    )
    return f'"{hashlib.sha256(repr(seen).encode()).hexdigest()[:32]}"'
