"""The facilitator's page about who comes in: mode, panel, invitations, and the code for embedding."""

import csv

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from voting.access import get_facilitated_conversation
from voting.entry_forms import EntryForm, LinksForm, MailForm
from voting.external import renew_panel_secret
from voting.invitations import InvitationsRefused, invitation_link, invite_by_email, make_invitations
from voting.jobs import send_invitations
from voting.models import Conversation, Entry
from voting.queueing import queue_once


@login_required
@never_cache
def show_entry(request: HttpRequest, slug: str) -> HttpResponse:
    """Who may take part, and from where; a form to change it."""
    conversation = get_facilitated_conversation(request, slug)
    form = EntryForm(request.POST or None, instance=_entry(conversation))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("voting:entry", slug)
    return show(request, conversation, entry_form=form)


@login_required
@require_POST
def renew_secret(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a new panel secret; links signed with the old one stop working."""
    conversation = get_facilitated_conversation(request, slug)
    renew_panel_secret(conversation=conversation)
    messages.success(request, "The new secret is shown below. Links signed with an earlier one stop working.")
    return redirect("voting:entry", slug)


@login_required
@require_POST
def make_links(request: HttpRequest, slug: str) -> HttpResponse:
    """New invitations as a CSV file of links."""
    conversation = get_facilitated_conversation(request, slug)
    form = LinksForm(request.POST)
    if not form.is_valid():
        return show(request, conversation, links_form=form)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="invitations-{slug}.csv"'
    writer = csv.writer(response)
    writer.writerow(["link"])
    made = make_invitations(conversation=conversation, n=form.cleaned_data["n"])
    writer.writerows([invitation_link(invitation)] for invitation in made)
    return response


@login_required
@require_POST
def send_mail(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite by e-mail; a job sends the messages."""
    conversation = get_facilitated_conversation(request, slug)
    form = MailForm(request.POST)
    if not form.is_valid():
        return show(request, conversation, mail_form=form)
    try:
        n = invite_by_email(conversation=conversation, addresses=form.cleaned_data["addresses"].split())
    except InvitationsRefused as error:
        form.add_error("addresses", str(error))
        return show(request, conversation, mail_form=form)
    queue_once(send_invitations, conversation)
    messages.success(request, f"Invited: {n}. Whoever was written to before is not written to again.")
    return redirect("voting:entry", slug)


def show(
    request: HttpRequest,
    conversation: Conversation,
    entry_form: EntryForm | None = None,
    links_form: LinksForm | None = None,
    mail_form: MailForm | None = None,
) -> HttpResponse:
    """The page, with a form that was filled in wrongly where there is one."""
    entry = _entry(conversation)
    forms = [entry_form or EntryForm(instance=entry), links_form or LinksForm(), mail_form or MailForm()]
    counts = conversation.invitations.aggregate(
        n=Count("pk"),
        n_spent=Count("pk", filter=Q(is_spent=True)),
        n_waiting=Count("pk", filter=~Q(address="")),
    )
    context = {
        "conversation": conversation,
        "tab": "entry",
        "entry": entry,
        "entry_form": forms[0],
        "links_form": forms[1],
        "mail_form": forms[2],
        "counts": counts,
        "site": settings.SITE_URL,
        "embed_address": settings.SITE_URL + reverse("voting:embed", args=[conversation.slug]),
        "enter_address": settings.SITE_URL + reverse("voting:enter", args=[conversation.slug]),
    }
    is_wrong = any(form.errors for form in forms)
    return render(request, "voting/entry.html", context, status=422 if is_wrong else 200)


def _entry(conversation: Conversation) -> Entry:
    return Entry.objects.filter(conversation=conversation).first() or Entry(conversation=conversation)
