"""Pages for facilitators: read a draft, word its principles, adopt it."""

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
from constitution.services import CannotAdopt, adopt_constitution


def signed_in(request: HttpRequest) -> User:
    """The facilitator behind the request."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


@login_required
@require_GET
def edit(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """List a draft's principles, with the tools to change them."""
    constitution = get_draft(request, slug, version)
    principles = list(constitution.principles.prefetch_related("sources__statement"))
    context = {
        "conversation": constitution.conversation,
        "tab": "constitutions",
        "constitution": constitution,
        "principles": principles,
        "flagged": [principle for principle in principles if principle.needs_editing],
    }
    return render(request, "constitution/draft.html", context)


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
            return redirect("constitution:draft", slug, version)
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
    return redirect(reverse("constitution:draft", args=[slug, version]) + f"#principle-{found.pk}")


@login_required
@require_POST
@another_was_quicker
def remove(request: HttpRequest, slug: str, version: int, pk: int) -> HttpResponse:
    """Take a principle out of the draft."""
    found = get_draft_principle(request, slug, version, pk)
    remove_principle(principle=found, by=signed_in(request))
    messages.success(request, "The principle is taken out. What it said stays on record with the draft.")
    return redirect("constitution:draft", slug, version)


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
        "flagged": constitution.principles.filter(needs_editing=True),
        "form": form,
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
