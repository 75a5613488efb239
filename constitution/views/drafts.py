"""Pages for facilitators: read a draft, word its principles, adopt it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.forms import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from constitution.access import another_was_quicker, get_draft, get_draft_principle
from constitution.editing import (
    WordingRefused,
    discard_draft,
    edit_principle,
    move_principle,
    remove_principle,
)
from constitution.forms import AdoptForm, PrincipleForm
from constitution.models import Constitution
from constitution.paging import paged, place_of
from constitution.services import AlreadyAdopted, CannotAdopt, adopt_constitution

FLAGGED_SHOWN = 12


def signed_in(request: HttpRequest) -> User:
    """The facilitator behind the request."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


@login_required
@require_GET
@another_was_quicker
def edit(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """List a draft's principles, with the tools to change them: a page of all, or of those to be worded."""
    constitution = get_draft(request, slug, version)
    principles = constitution.principles.prefetch_related("sources__statement")
    only_flagged = request.GET.get("only") == "flagged"
    listed = principles.filter(needs_editing=True) if only_flagged else principles
    context = {
        "conversation": constitution.conversation,
        "tab": "constitutions",
        "constitution": constitution,
        "page": paged(listed, request.GET.get("page")),
        "n_principles": principles.count(),
        "only_flagged": only_flagged,
        **flagged_of(constitution),
    }
    return render(request, "constitution/draft.html", context)


def flagged_of(constitution: Constitution) -> dict[str, Any]:
    """How many principles still need a person's words, and the first of them."""
    flagged = constitution.principles.filter(needs_editing=True)
    n_flagged = flagged.count()
    return {
        "n_flagged": n_flagged,
        "flagged": flagged[:FLAGGED_SHOWN],
        "n_more_flagged": max(0, n_flagged - FLAGGED_SHOWN),
    }


def draft_address(constitution: Constitution, position: int) -> str:
    """The page of the draft on which the principle of this number stands."""
    page = reverse("constitution:draft", args=[constitution.conversation.slug, constitution.version])
    return page + place_of(position, constitution.principles.count())


@login_required
@require_http_methods(["GET", "POST"])
@another_was_quicker
def principle(request: HttpRequest, slug: str, version: int, pk: int) -> HttpResponse:
    """Word one principle of a draft."""
    found = get_draft_principle(request, slug, version, pk)
    form = PrincipleForm(request.POST if request.method == "POST" else None, initial=model_to_dict(found))
    if form.is_valid():
        try:
            edit_principle(principle=found, by=signed_in(request), **form.cleaned_data)
        except WordingRefused as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, f"Principle {found.position} is saved.")
            return redirect(draft_address(found.constitution, found.position))
    context = {
        "conversation": found.constitution.conversation,
        "tab": "constitutions",
        "constitution": found.constitution,
        "principle": found,
        "form": form,
    }
    return render(request, "constitution/principle.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@another_was_quicker
def move(request: HttpRequest, slug: str, version: int, pk: int) -> HttpResponse:
    """Move a principle one place up or down."""
    found = get_draft_principle(request, slug, version, pk)
    step = -1 if request.POST.get("direction") == "up" else 1
    move_principle(principle=found, step=step, by=signed_in(request))
    return redirect(f"{draft_address(found.constitution, found.position)}#principle-{found.pk}")


@login_required
@require_POST
@another_was_quicker
def remove(request: HttpRequest, slug: str, version: int, pk: int) -> HttpResponse:
    """Take a principle out of the draft."""
    found = get_draft_principle(request, slug, version, pk)
    remove_principle(principle=found, by=signed_in(request))
    messages.success(request, "The principle is taken out. What it said stays on record with the draft.")
    return redirect(draft_address(found.constitution, found.position))


@login_required
@require_http_methods(["GET", "POST"])
@another_was_quicker
def adopt(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Say what adopting means, then do it."""
    constitution = get_draft(request, slug, version)
    form = AdoptForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        accepts = form.cleaned_data["accept_flagged"]
        try:
            adopt_constitution(constitution=constitution, by=signed_in(request), accept_flagged=accepts)
        except AlreadyAdopted:
            raise
        except CannotAdopt as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Version {version} is adopted. It can no longer change.")
            return redirect("constitution:detail", slug, version)
    context = {
        "conversation": constitution.conversation,
        "tab": "constitutions",
        "constitution": constitution,
        "n_principles": constitution.principles.count(),
        "form": form,
        **flagged_of(constitution),
    }
    return render(request, "constitution/adopt.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@another_was_quicker
def discard(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Throw a draft away."""
    discard_draft(constitution=get_draft(request, slug, version))
    messages.success(request, f"The draft of version {version} is discarded.")
    return redirect("constitution:manage", slug)
