"""Pages for everyone: an adopted constitution, where each principle came from, and its files."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from analysis.access import get_public_conversation, is_facilitator
from constitution.documents import document_of
from constitution.export import MEDIA_TYPES, export_constitution, export_name
from constitution.models import Constitution
from constitution.paging import containing, paged, principle_address
from constitution.presentation import read_document
from voting.models import Conversation

VERSIONS_PER_PAGE = 20


def _versions_for(request: HttpRequest, conversation: Conversation) -> QuerySet[Constitution]:
    """The versions this reader may see: adopted ones, and drafts for those who run the conversation."""
    versions = Constitution.objects.filter(conversation=conversation)
    versions = versions.select_related("conversation", "analysis", "rule")
    if is_facilitator(request.user, conversation):
        return versions
    return versions.filter(status=Constitution.Status.ADOPTED)


def _get_version(request: HttpRequest, slug: str, version: int) -> Constitution:
    conversation = get_public_conversation(request, slug)
    constitution = _versions_for(request, conversation).filter(version=version).first()
    if constitution is None:
        raise Http404("There is no such constitution.")
    return constitution


@require_GET
def latest(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the latest adopted constitution, or what will be here."""
    conversation = get_public_conversation(request, slug)
    versions = _versions_for(request, conversation)
    constitution = versions.filter(status=Constitution.Status.ADOPTED).first()
    if constitution is None:
        may_facilitate = is_facilitator(request.user, conversation)
        context = {"conversation": conversation, "may_facilitate": may_facilitate}
        return render(request, "constitution/empty.html", context)
    return _show(request, constitution)


@require_GET
def detail(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Show one version."""
    return _show(request, _get_version(request, slug, version))


@require_GET
def principle(request: HttpRequest, slug: str, version: int, number: int) -> HttpResponse:
    """Lead to one principle, on whichever page it stands."""
    constitution = _get_version(request, slug, version)
    n_principles = constitution.principles.count()
    if not 1 <= number <= n_principles:
        raise Http404("There is no such principle.")
    return redirect(principle_address(constitution, number, n_principles))


def _show(request: HttpRequest, constitution: Constitution) -> HttpResponse:
    """A page of the principles, those with the words that are asked for, or the one of a number."""
    view = read_document(document_of(constitution))
    words = request.GET.get("q", "").strip()
    if words.isdecimal() and 1 <= int(words[:9]) <= len(view.principles):
        return redirect(principle_address(constitution, int(words[:9]), len(view.principles)))
    versions = _versions_for(request, constitution.conversation)
    context = {
        "conversation": constitution.conversation,
        "constitution": constitution,
        "view": view,
        "page": paged(containing(view.principles, words), request.GET.get("page")),
        "words": words,
        "version_page": Paginator(versions.defer("document"), VERSIONS_PER_PAGE).get_page(
            request.GET.get("versions")
        ),
        "may_facilitate": is_facilitator(request.user, constitution.conversation),
    }
    return render(request, "constitution/constitution.html", context)


@require_GET
def export(request: HttpRequest, slug: str, version: int, format: str) -> HttpResponse:
    """Hand out one version in one format."""
    constitution = _get_version(request, slug, version)
    if format not in MEDIA_TYPES:
        raise Http404("There is no such format.")
    text = export_constitution(constitution, format)
    response = HttpResponse(text, content_type=MEDIA_TYPES[format][0])
    response["Content-Disposition"] = f'attachment; filename="{export_name(constitution, format)}"'
    return response
