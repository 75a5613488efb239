"""Who may change what belongs to a run."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from training.models import GenerationRun
from voting.models import Conversation

Reader = User | AnonymousUser


class SignedInRequest(HttpRequest):
    """A request behind `login_required`, for the type checker."""

    user: User


def may_change(user: Reader, run: GenerationRun) -> bool:
    """Those who run the conversation behind a run's constitution; staff run all of them."""
    conversation = run.constitution.conversation_id
    return Conversation.objects.facilitated_by(user).filter(pk=conversation).exists()


def get_preference_run(pk: UUID, *, by: Reader | None = None) -> GenerationRun:
    """Fetch a preference run, to change what belongs to it where a user is given."""
    runs = GenerationRun.objects.select_related("constitution__conversation")
    run = runs.filter(pk=pk, kind=GenerationRun.Kind.PREFERENCE).first()
    if run is None:
        raise Http404("There is no preference run at this address.")
    if by is not None and not may_change(by, run):
        raise PermissionDenied("Only those who run the conversation may do this.")
    return run
