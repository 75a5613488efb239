"""How the analysis that was queued last is doing, for the facilitator's page."""

from dataclasses import dataclass

from procrastinate.contrib.django.models import ProcrastinateEvent

from analysis.jobs import find_latest_job
from analysis.models import AnalysisFailure
from voting.models import Conversation


@dataclass(frozen=True)
class Progress:
    """A waiting, running or failed job; a finished one shows as its analysis."""

    status: str
    reason: str = ""

    @property
    def is_waiting(self) -> bool:
        return self.status == "todo"

    @property
    def is_running(self) -> bool:
        return self.status == "doing"

    @property
    def is_open(self) -> bool:
        return self.is_waiting or self.is_running

    @property
    def has_failed(self) -> bool:
        return self.status in {"failed", "aborted"}


def find_progress(conversation: Conversation) -> Progress | None:
    """The job's progress; None once it has ended well, or an analysis was made after it failed."""
    job = find_latest_job(conversation)
    if job is None:
        return None
    failure = AnalysisFailure.objects.filter(conversation=conversation).first()
    progress = Progress(job.status, failure.reason if failure else "")
    if progress.is_open or (progress.has_failed and not _was_followed(conversation, job.pk)):
        return progress
    return None


def _was_followed(conversation: Conversation, job_id: int) -> bool:
    failed = ProcrastinateEvent.objects.filter(job_id=job_id).order_by("-at").first()
    return failed is not None and conversation.analyses.filter(created_at__gt=failed.at).exists()
